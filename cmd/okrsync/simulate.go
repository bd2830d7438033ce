package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"okrsync/feishu/feishutest"
)

// simulation is what the flags of simulate say.
type simulation struct {
	address string
	items   int
	data    string
	script  string
	log     string
	limits  string
	window  string
	quota   string
	faults  []string
	config  feishutest.Config
}

func (p *program) simulateCommand() *cobra.Command {
	var s simulation
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: p.phrase("在本机提供一个模拟的飞书接口", "serve a faithful fake of the Feishu API on a loopback address"),
		Long:  p.page("simulate"),
		Example: `  okrsync simulate --addr 127.0.0.1:8080 --items 1000 --limit 100/1m
  okrsync simulate --fault 500=0.05 --fault reset-after=0.05 --latency 20ms`,
		Args:    noArguments,
		PreRunE: p.checkLang,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s.config.OnMessage = p.overheard
			return p.simulate(cmd.Context(), s)
		},
	}
	s.flags(cmd.Flags())
	return cmd
}

// flags binds the flags.
func (s *simulation) flags(f *pflag.FlagSet) {
	c := &s.config
	f.StringVar(&s.address, "addr", "127.0.0.1:0", "the loopback `ADDRESS` to serve on; port 0 takes a free one")
	f.IntVar(&s.items, "items", 20, "how many items the sample table has, `N`")
	f.StringVar(&s.data, "data", "", "a JSON `FILE` with the sources, tables, items and users to serve instead of the sample")
	f.StringVar(&s.script, "script", "", "a `FILE` of rules for what goes wrong: CALL WHICH FAULT [xTIMES] a line")
	f.StringVar(&s.log, "log", "", "write every request as a line of JSON to this `FILE` at the end")
	f.StringVar(&s.limits, "limit", "", "how many calls of a kind are allowed, `N/PERIOD[,N/PERIOD]` (default: no limit)")
	f.StringVar(&s.window, "window", "sliding", "`HOW` limits are counted: sliding, fixed or bucket")
	f.StringVar(&s.quota, "quota", "", "how many items of a table may be updated, `N/PERIOD`; beyond it 1001005")
	f.StringArrayVar(&s.faults, "fault", nil, "a fault and its probability per call, `FAULT=P`, such as 500=0.05; may be repeated")
	f.Uint64Var(&c.Seed, "seed", 1, "a number `N` that makes faults repeatable")
	f.StringVar(&c.AppID, "app-id", "", "the only app `ID` accepted (default: any)")
	f.DurationVar(&c.Latency, "latency", 0, "the `TIME` an answer takes")
	f.DurationVar(&c.Jitter, "jitter", 0, "a random `TIME` on top of the latency")
	f.DurationVar(&c.InboundJitter, "inbound-jitter", 0, "a random `TIME` before a call arrives and is counted")
	f.DurationVar(&c.TokenLife, "token-life", 2*time.Hour, "the `TIME` a token works")
	f.IntVar(&c.MonthlyQuota, "monthly-quota", 0, "how many calls the tenant has, `N`; beyond it 99991403 (default: no end)")
	f.IntVar(&c.PageSizeMax, "page-size-max", 100, "the largest page size, `N`")
	f.BoolVar(&c.ListTotal, "list-total", false, "lists say how many entries they have")
	f.IntVar(&c.BatchMax, "batch-max", 100, "the most entries of a batch call, `N`")
	f.BoolVar(&c.BatchPoison, "batch-poison", false, "one bad row fails its whole batch call")
	f.BoolVar(&c.NoScope, "no-scope", false, "the app lacks the OKR scope")
	f.BoolVar(&c.NoEdition, "no-edition", false, "the tenant's edition lacks the API")
	f.BoolVar(&c.NotOffered, "not-offered", false, "the tenant does not offer the API at all")
	f.StringVar(&c.BotSecret, "bot-secret", "", "the `SECRET` that must have signed what is sent to the bot (default: none)")
	f.StringVar(&c.BotKeyword, "bot-keyword", "", "a `WORD` that must stand in what is sent to the bot (default: none)")
	f.BoolVar(&c.DenyIP, "deny-ip", false, "the caller's address is not on the app's allow-list")
}

// simulate serves until the context ends.
func (p *program) simulate(ctx context.Context, s simulation) error {
	server, err := s.server()
	if err != nil {
		return err
	}
	listener, err := listenLoopback(ctx, s.address)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(p.stdout, "http://%s\n", listener.Addr()); err != nil {
		return err
	}
	err = serve(ctx, listener, server)
	if s.log != "" {
		err = errors.Join(err, writeRequests(s.log, server.Requests()))
	}
	return err
}

// overheard shows what a bot says in its group.
func (p *program) overheard(m feishutest.Message) {
	p.say(p.phrase("群里收到：\n", "the group reads:\n") + strings.TrimSpace(m.Title+"\n"+m.Text))
}

// server builds the simulator the flags describe.
func (s simulation) server() (*feishutest.Server, error) {
	c := s.config
	if s.log == "" {
		c.LogLimit = -1
	}
	if err := s.limit(&c); err != nil {
		return nil, err
	}
	if err := s.fault(&c); err != nil {
		return nil, err
	}
	if err := c.Validate(); err != nil {
		return nil, usagef("参数的值不能用：%v", "%v", err)
	}
	const most = 1_000_000
	if s.items < 0 || s.items > most {
		return nil, usagef("--items：%d 不在 0 到 %d 之间", "--items: %d is not a number from 0 to %d", s.items, most)
	}
	server := feishutest.New(c)
	if err := s.fill(server); err != nil {
		return nil, err
	}
	return server, nil
}

// windows are what --window can be.
var windows = []feishutest.Window{feishutest.Sliding, feishutest.Fixed, feishutest.Bucket}

// limit reads --limit, --window and --quota.
func (s simulation) limit(c *feishutest.Config) error {
	window := feishutest.Window(s.window)
	if err := oneOf(&window, windows...)(s.window); err != nil {
		return usagef("--window：%v", "--window: %v", err)
	}
	for i, part := range strings.Split(s.limits, ",") {
		if s.limits == "" {
			break
		}
		limit, err := feishutest.ParseLimit(strings.TrimSpace(part))
		if err != nil {
			return usagef("--limit：不是“次数/时间”，例如 100/1m（%v）", "--limit: %v", err)
		}
		limit.Window = window
		if i == 0 {
			c.Limit = limit
		} else {
			c.Also = append(c.Also, limit)
		}
	}
	if s.quota == "" {
		return nil
	}
	quota, err := feishutest.ParseLimit(s.quota)
	if err != nil {
		return usagef("--quota：不是“项数/时间”，例如 100/1m（%v）", "--quota: %v", err)
	}
	c.Quota = feishutest.Quota{N: quota.N, Period: quota.Period}
	return nil
}

// fault reads the --fault flags.
func (s simulation) fault(c *feishutest.Config) error {
	c.Faults = map[feishutest.Fault]float64{}
	for _, entry := range s.faults {
		i := strings.LastIndexByte(entry, '=')
		if i < 0 {
			return usagef("--fault：“%s”不是 FAULT=概率，例如 500=0.05", "--fault: %q is not FAULT=PROBABILITY, such as 500=0.05", entry)
		}
		fault, err := feishutest.ParseFault(entry[:i])
		if err != nil {
			return usagef("--fault：没有这种故障，okrsync simulate --help 会列出全部（%v）", "--fault: %v", err)
		}
		if c.Faults[fault], err = strconv.ParseFloat(entry[i+1:], 64); err != nil {
			return usagef("--fault：“%s”不是 0 到 1 的概率", "--fault: %q is not a probability from 0 to 1", entry[i+1:])
		}
	}
	return nil
}

// fill gives the server its store and its script.
func (s simulation) fill(server *feishutest.Server) error {
	if s.data == "" {
		server.Sample(s.items)
	} else if err := withFile(s.data, func(f *os.File) error { return server.LoadJSON(f) }); err != nil {
		return usagef("--data %s：数据文件不能用：%v", "--data %s: %v", s.data, err)
	}
	if s.script == "" {
		return nil
	}
	if err := withFile(s.script, func(f *os.File) error { return server.Script(f) }); err != nil {
		return usagef("--script %s：规则文件不能用，写法见 okrsync simulate --help：%v", "--script %s: %v", s.script, err)
	}
	return nil
}

func withFile(name string, use func(*os.File) error) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	return use(file)
}

// listenLoopback listens on an address of this machine that others cannot
// reach: whoever serves a fake of Feishu should not offer it to a network.
func listenLoopback(ctx context.Context, address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	ip := net.ParseIP(host)
	if err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, usagef("--addr：“%s”不是带端口的本机地址，例如 127.0.0.1:8080", "--addr: %q is not a loopback address with a port, such as 127.0.0.1:8080", address)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		if failed, ok := errors.AsType[*net.OpError](err); ok {
			err = failed.Err
		}
		return nil, usagef("--addr：无法在 %s 上提供服务：%v；请换一个端口，或写 0 由系统选择",
			"--addr %s cannot be served on: %v; name another port, or 0 for a free one", address, err)
	}
	return listener, nil
}

// serve answers requests until the context ends, and then lets those under way
// finish for a moment.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	moment, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if server.Shutdown(moment) != nil {
		return errors.Join(server.Close(), ignoreClosed(<-served))
	}
	return ignoreClosed(<-served)
}

func ignoreClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// writeRequests writes the log of requests, one line of JSON each.
func writeRequests(name string, requests []feishutest.Request) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(file)
	for _, r := range requests {
		line := struct {
			feishutest.Request
			Body json.RawMessage `json:",omitempty"`
		}{Request: r}
		if json.Valid(r.Body) {
			line.Body = r.Body
		}
		if err := encoder.Encode(line); err != nil {
			return errors.Join(err, file.Close())
		}
	}
	return file.Close()
}
