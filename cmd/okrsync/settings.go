package main

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"okrsync/feishu"
	"okrsync/source"
	"okrsync/sync"
)

// A setting is one thing that can be configured: in the file under its key, in
// the environment under its variable, and by a flag if it has one. All three
// hand their text to set, so that they are read and refused alike.
type setting struct {
	key   string // path in the configuration file, such as "sync.workers"
	env   string // another variable beside OKRSYNC_ + key, such as FEISHU_APP_ID
	flag  string // without the dashes; "" for none
	usage string // for the flag's help; its Chinese words stand in flagwords.go
	bound bool   // a bound of a guard, of which 0 is none
	set   func(string) error
	list  func([]string) error // instead of set, for a list of texts

	choices []string // all values that it can have, nil if they are no list
}

// variable is the name of the setting's environment variable.
func (s setting) variable() string {
	return "OKRSYNC_" + strings.ToUpper(strings.ReplaceAll(s.key, ".", "_"))
}

// settings lists everything that sets a field of c.
func settings(c *config) []setting {
	all := []setting{
		{key: "feishu.base_url", set: checked(&c.baseURL, feishu.CheckBaseURL)},
		{key: "feishu.app_id", env: "FEISHU_APP_ID", set: text(&c.appID)},
		{key: "feishu.app_secret", env: "FEISHU_APP_SECRET", set: secret(&c.AppSecret)},
		{key: "feishu.app_secret_file", set: text(&c.appSecretFile)},
		{key: "feishu.access_token", env: "FEISHU_ACCESS_TOKEN", set: secret(&c.AccessToken)},
		choice(setting{key: "feishu.user_id_type", flag: "user-id-type", usage: "what the user ids are, `TYPE`: open_id, union_id or user_id"},
			&c.userIDType, "open_id", "union_id", "user_id"),
		{key: "feishu.timeout", set: duration(&c.timeout, leastWait, 10*time.Minute)},
		{key: "target.metric_source_id", flag: "source", usage: "the metric source's `ID`, for rows that do not name one", set: checked(&c.target.SourceID, isID)},
		{key: "target.metric_table_id", flag: "table", usage: "the metric table's `ID`, for rows that do not name one", set: checked(&c.target.ID, isID)},
		{key: "input.sheet", flag: "sheet", usage: "the `NAME` of the sheet to read (default: the only visible one that has the header)", set: text(&c.sheet)},
		{key: "input.header_row", set: count(&c.headerRow, 0, 1<<20)},
		choice(setting{key: "input.encoding"},
			&c.encoding, source.EncodingAuto, source.EncodingUTF8, source.EncodingGB18030, source.EncodingGBK, source.EncodingUTF16LE, source.EncodingUTF16BE),
		{key: "input.delimiter", set: checked(&c.delimiter, isDelimiter)},
		choice(setting{key: "input.percent"}, &c.percent, source.PercentAuto, source.PercentRatio, source.PercentPoints),
		choice(setting{key: "input.duplicates"}, &c.duplicates, sync.RejectDuplicates, sync.LastDuplicate),
		{key: "report.out", flag: "out", usage: "the `DIR` in which each run makes its folder (default okrsync-out)", set: text(&c.out)},
		{key: "report.formats", list: someOf(&c.formats, formatCSV, formatXLSX, formatHTML)},
		choice(setting{key: "report.lang", flag: "lang", usage: "the language of the answers, `LANG`: zh or en (default: the locale's)"}, &c.lang, languages...),
		choice(setting{key: "log.level", flag: "log-level", usage: "the `LEVEL`: debug, info, warn or error (default info)"}, &c.logLevel, "debug", "info", "warn", "error"),
		choice(setting{key: "log.format", flag: "log-format", usage: "the `FORMAT`: auto, console or json (default auto: console on a terminal)"}, &c.logFormat, logAuto, logConsole, logJSON),
	}
	all = append(all, syncSettings(c)...)
	all = append(all, notifySettings(c)...)
	all = append(all, inboxSettings(c)...)
	for _, column := range source.Columns() {
		all = append(all, setting{key: "input.columns." + string(column), list: func(names []string) error {
			c.columns[column] = names
			return nil
		}})
	}
	return all
}

// syncSettings are the settings of the engine.
func syncSettings(c *config) []setting {
	return []setting{
		{key: "sync.workers", flag: "workers", usage: "how many calls are made at a time, `N` from 1 to 64 or auto (default auto: 7, and 32 for batches)", set: orAuto(&c.workers, count(&c.workers, 1, 64))},
		{key: "sync.rate", flag: "rate", usage: "how many calls of a kind Feishu allows, `N/PERIOD[,N/PERIOD]`, or auto to find out (default 100/1m)", set: orAuto(&c.limits, limits(&c.limits))},
		{
			key: "sync.batch_size", flag: "batch-size", usage: "how many items one call updates, `N` from 1 to 100 (default 1)",
			set: count(&c.batchSize, 1, feishu.MaxBatch),
		},
		{
			key: "sync.shard", flag: "shard", usage: "send one part of the rows, `I/N`: --rate and the guards' bounds are divided by N (default: all rows)",
			set: checked(&c.shardText, isShard),
		},
		{key: "sync.shards", set: count(&c.shards, 0, sync.MostShards)},
		{key: "sync.burst", set: count(&c.burst, 0, 1_000_000)},
		choice(setting{key: "sync.permits"}, &c.permits, permitsEarly, permitsStrict),
		choice(setting{key: "sync.diff"}, &c.diff, diffAuto, diffOff),
		{key: "sync.max_calls", flag: "max-calls", usage: "how many calls of all kinds may be made, `N`; then it stops with exit code 6 (default: no end)", set: count(&c.maxCalls, 0, 1_000_000_000)},
		{key: "sync.retry.attempts", set: count(&c.retry.Attempts, 1, 100)},
		{key: "sync.retry.initial", set: duration(&c.retry.Initial, leastWait, 10*time.Minute)},
		{key: "sync.retry.max", set: duration(&c.retry.Max, leastWait, time.Hour)},
		{key: "sync.quota.cooldown", set: duration(&c.quota.Cooldown, leastWait, 24*time.Hour)},
		{key: "sync.quota.refusals", set: count(&c.quota.Refusals, 1, 1000)},
		{
			key: "sync.guards.max_changed_rows", flag: "max-changed-rows", bound: true, usage: "send nothing if more than `N` rows would change, until --yes (default: no bound)",
			set: count(&c.guards.MaxChangedRows, 0, 1_000_000_000),
		},
		{
			key: "sync.guards.max_notified", flag: "max-notified", bound: true, usage: "send nothing if Feishu would message more than `N` people, until --yes (default: no bound)",
			set: count(&c.guards.MaxNotified, 0, 1_000_000_000),
		},
		{
			key: "sync.guards.max_factor", flag: "max-factor", bound: true, usage: "send nothing if a value would jump by more than this `FACTOR`, such as 100, until --yes",
			set: factor(&c.guards.MaxFactor),
		},
	}
}

// give hands a text to the setting; an empty one leaves it as it is.
func (s setting) give(value string) error {
	if value == "" {
		return nil
	}
	if s.list == nil {
		return s.set(value)
	}
	names := strings.Split(value, ",")
	for i := range names {
		names[i] = strings.TrimSpace(names[i])
	}
	return s.list(slices.DeleteFunc(names, func(n string) bool { return n == "" }))
}

func text[T ~string](field *T) func(string) error {
	return func(s string) error {
		*field = T(s)
		return nil
	}
}

// secret takes in a secret without the line end that files and clusters leave
// behind it. What cannot be one is refused without being shown.
func secret(field *feishu.Secret) func(string) error {
	return func(s string) error {
		s = strings.TrimSpace(s)
		if strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return sync.Errorf("其中有空格或非 ASCII 字符；请只填写密钥本身，不要带“Bearer”或名称",
				"a space or a character beyond ASCII stands in it; give the secret alone, without \"Bearer\" or a name")
		}
		*field = feishu.Secret(s)
		return nil
	}
}

func checked(field *string, check func(string) error) func(string) error {
	return func(s string) error {
		if err := check(s); err != nil {
			return err
		}
		*field = s
		return nil
	}
}

func isDelimiter(s string) error { return source.Options{Delimiter: s}.Check() }

func isID(s string) error {
	if !feishu.IsID(s) {
		return sync.Errorf("“%s”不是 ID：ID 是 1 到 20 位数字，不含其他字符", "%q is not an id: it has 1 to 20 digits and nothing else", s)
	}
	return nil
}

// choice makes a setting one of a few values.
func choice[T ~string](s setting, field *T, allowed ...T) setting {
	s.set, s.choices = oneOf(field, allowed...), texts(allowed)
	return s
}

// texts are values as they are typed.
func texts[T ~string](values []T) []string {
	typed := make([]string, len(values))
	for i, v := range values {
		typed[i] = string(v)
	}
	return typed
}

func oneOf[T ~string](field *T, allowed ...T) func(string) error {
	return func(s string) error {
		if !slices.Contains(allowed, T(s)) {
			return sync.Errorf("“%s”须是以下之一：%s", "%q is not one of %s", s, strings.Join(texts(allowed), ", "))
		}
		*field = T(s)
		return nil
	}
}

// someOf reads a list of distinct names, at least one.
func someOf(field *[]string, allowed ...string) func([]string) error {
	return func(names []string) error {
		for i, name := range names {
			if err := oneOf(new(string), allowed...)(name); err != nil {
				return err
			}
			if slices.Contains(names[:i], name) {
				return sync.Errorf("“%s”出现了两次", "%q stands there twice", name)
			}
		}
		if len(names) == 0 {
			return sync.Errorf("这里至少应有以下之一：%s", "at least one of %s belongs here", strings.Join(allowed, ", "))
		}
		*field = names
		return nil
	}
}

func count(field *int, least, most int) func(string) error {
	return func(s string) error {
		n, err := strconv.Atoi(s)
		if err != nil || n < least || n > most {
			return sync.Errorf("“%s”不是 %d 到 %d 之间的整数", "%q is not a whole number from %d to %d", s, least, most)
		}
		*field = n
		return nil
	}
}

// auto leaves it to okrsync what a setting is.
const auto = "auto"

// orAuto reads auto as the field's zero value.
func orAuto[T any](field *T, set func(string) error) func(string) error {
	return func(s string) error {
		if s == auto {
			*field = *new(T)
			return nil
		}
		if err := set(s); err != nil {
			return sync.Errorf("%v，也可以写 auto", "%v, or auto", err)
		}
		return nil
	}
}

// leastWait is the shortest time that is worth waiting.
const leastWait = time.Millisecond

func duration(field *time.Duration, least, most time.Duration) func(string) error {
	return func(s string) error {
		d, err := time.ParseDuration(s)
		if err != nil || d < least || d > most {
			return sync.Errorf("“%s”不是 %s 到 %s 之间的时间，例如 30s 或 500ms", "%q is not a time from %s to %s, such as 30s or 500ms", s, least, most)
		}
		*field = d
		return nil
	}
}

func limits(field *[]sync.Limit) func(string) error {
	return func(s string) error {
		limits, err := sync.ParseLimits(s)
		if err == nil {
			*field = limits
		}
		return err
	}
}

// factor reads a number above 1; 0 is none.
func factor(field *float64) func(string) error {
	const most = 1e15
	return func(s string) error {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil || f != 0 && !(1 < f && f <= most) {
			return sync.Errorf("“%s”不是大于 1 的倍数，例如 100；0 表示不限制", "%q is not a factor above 1, such as 100, or 0 for none", s)
		}
		*field = f
		return nil
	}
}
