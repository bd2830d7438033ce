package main

import (
	"cmp"
	"slices"
	"time"

	"okrsync/feishu"
	"okrsync/source"
	"okrsync/sync"
)

// A config is everything that can be set, with the defaults filled in. Which
// key, variable and flag sets which field stands in settings.go.
type config struct {
	baseURL       string
	appID         string
	appSecretFile string
	userIDType    string
	timeout       time.Duration

	// The secrets' names are exported so that fmt asks them how they print; what
	// it finds under other names it prints as it is.
	AppSecret   feishu.Secret
	AccessToken feishu.Secret

	// The group that hears of each run, if there is a URL.
	WebhookURL        feishu.Secret
	WebhookSecret     feishu.Secret
	webhookURLFile    string
	webhookSecretFile string
	webhookWhen       string // whenAlways, whenChange or whenFailure

	target feishu.Table

	sheet      string
	headerRow  int
	encoding   source.Encoding
	delimiter  string
	columns    map[source.Column][]string
	percent    source.PercentMode
	duplicates sync.Duplicates

	workers   int // 0: as many as the batch size asks for
	batchSize int
	limits    []sync.Limit // none: they are found out
	burst     int
	permits   string // permitsEarly or permitsStrict
	retry     sync.Retry
	quota     sync.Quota

	shardText string     // sync.shard as it is given, "" for none
	shards    int        // sync.shards, 0 for none
	shard     sync.Shard // what they come to for a command that can have one

	diff     string // diffAuto or diffOff
	maxCalls int    // 0 without a bound
	guards   sync.Guards

	settle   time.Duration // how long a file in the inbox must have been the same
	interval time.Duration // after which a watched inbox is looked at without a reason

	out         string
	formats     []string // of the result's files: formatCSV, formatXLSX, formatHTML
	lang        string
	metricsFile string // "" for none

	logLevel  string
	logFormat string
	progress  string
}

// What sync.permits can be.
const (
	permitsEarly  = "early"  // a permit comes back a little before its period is over
	permitsStrict = "strict" // and not before
)

// What sync.diff can be.
const (
	diffAuto = "auto" // compare with the live items, send what differs
	diffOff  = "off"  // send every given field unasked
)

// What report.formats can have.
const (
	formatCSV  = "csv"
	formatXLSX = "xlsx"
	formatHTML = "html"
)

// has reports whether the result is wanted in a format.
func (c config) has(format string) bool { return slices.Contains(c.formats, format) }

func defaults() config {
	return config{
		baseURL:    "https://open.feishu.cn",
		userIDType: "open_id",
		timeout:    20 * time.Second,
		encoding:   source.EncodingAuto,
		delimiter:  "auto",
		columns:    map[source.Column][]string{},
		percent:    source.PercentAuto,
		duplicates: sync.RejectDuplicates,
		batchSize:  1,
		limits:     []sync.Limit{{N: 100, Period: time.Minute}},
		permits:    permitsEarly,
		retry:      sync.Retry{Attempts: 10, Initial: 500 * time.Millisecond, Max: 30 * time.Second},
		quota:      sync.Quota{Cooldown: time.Minute, Refusals: 3},
		diff:       diffAuto,
		out:        "okrsync-out",
		formats:    []string{formatCSV, formatXLSX, formatHTML},
		logLevel:   "info",
		logFormat:  logAuto,
		progress:   progressAuto,

		webhookWhen: whenAlways,

		settle:   10 * time.Second,
		interval: time.Minute,
	}
}

// sourceOptions are the options of reading a file.
func (c config) sourceOptions() source.Options {
	return source.Options{
		Sheet: c.sheet, HeaderRow: c.headerRow, Encoding: c.encoding, Delimiter: c.delimiter,
		Columns: c.columns, Percent: c.percent,
	}
}

// pacer returns a pacer for the configured limits.
func (c config) pacer() *sync.Pacer {
	pacer := sync.NewPacer(c.limits, c.burst)
	pacer.Strict = c.permits == permitsStrict
	pacer.Allow(c.maxCalls)
	return pacer
}

// client returns a client for the configured app, paced by the pacer.
func (c config) client(pacer *sync.Pacer) (*feishu.Client, error) {
	if err := trustedFor(c.baseURL); err != nil {
		return nil, err
	}
	client, err := feishu.NewClient(feishu.Config{
		BaseURL:     c.baseURL,
		AppID:       c.appID,
		AppSecret:   c.AppSecret,
		AccessToken: c.AccessToken,
		UserIDType:  c.userIDType,
		Timeout:     c.timeout,
		UserAgent:   "okrsync/" + version(),
		Connections: cmp.Or(c.workers, sync.DefaultWorkers(c.batchSize)),
		Admit:       pacer.Admit,
	})
	if err != nil {
		return nil, usagef("%v", "%v", err)
	}
	return client, nil
}

// blindGuards reports guards that cannot see anything, since nothing is compared.
func (c config) blindGuards() sync.Text {
	if c.diff != diffOff || c.guards.MaxNotified == 0 && c.guards.MaxFactor == 0 {
		return sync.Text{}
	}
	return sync.Text{
		ZH: "max_notified 和 max_factor 需要飞书中的现值，而 --no-diff（sync.diff: off）不读取现值：请去掉其中之一，或加 --yes",
		EN: "max_notified and max_factor need the live values, which --no-diff (sync.diff: off) does not read: leave one or the other out, or say --yes",
	}
}

// checkCredentials reports what is missing to speak with Feishu.
func (c config) checkCredentials() []sync.Text {
	switch {
	case c.AccessToken != "":
		return nil
	case c.appID == "" && c.AppSecret == "":
		return []sync.Text{{
			ZH: "没有应用凭证：请设置 FEISHU_APP_ID 和 FEISHU_APP_SECRET（或 feishu.app_secret_file），或者设置 FEISHU_ACCESS_TOKEN",
			EN: "no credentials: set FEISHU_APP_ID and FEISHU_APP_SECRET (or feishu.app_secret_file), or FEISHU_ACCESS_TOKEN",
		}}
	case c.appID == "":
		return []sync.Text{{
			ZH: "缺少 App ID：请设置 FEISHU_APP_ID 或 feishu.app_id",
			EN: "the app id is missing: set FEISHU_APP_ID or feishu.app_id",
		}}
	case c.AppSecret == "":
		return []sync.Text{{
			ZH: "缺少 App Secret：请设置 FEISHU_APP_SECRET 或 feishu.app_secret_file",
			EN: "the app secret is missing: set FEISHU_APP_SECRET or feishu.app_secret_file",
		}}
	}
	return nil
}
