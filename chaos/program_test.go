package chaos

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"okrsync/feishu/feishutest"
)

var (
	kills = flag.Int("kills", 200, "how many processes TestKills kills")
	seed  = flag.Uint64("seed", 0, "what the random choices come from; 0 takes another one each time")
)

// program is the built program.
var program string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		flag.Parse()
		folder, err := os.MkdirTemp("", "okrsync-chaos-*")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(folder)
		program = filepath.Join(folder, "okrsync")
		build := exec.CommandContext(context.Background(), "go", append([]string{"build", "-o", program}, append(raceFlag, "./cmd/okrsync")...)...)
		build.Dir = ".."
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "%v\n%s", err, out)
			return 1
		}
		return m.Run()
	}())
}

// A stage is a simulated Feishu, the network before it, and a folder to run in.
type stage struct {
	sim    *feishutest.Server
	proxy  *toxiproxy.Proxy
	url    string // of the proxy
	folder string

	// arrived, if set, is called with each request before the simulator takes it, and
	// answered when it has, before the answer leaves.
	arrived, answered atomic.Pointer[func()]
}

func newStage(t *testing.T, c feishutest.Config, items int) *stage {
	t.Helper()
	s := &stage{sim: feishutest.New(c), folder: t.TempDir()}
	s.sim.Sample(items)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	api := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(prometheus.NewRegistry()), zerolog.Nop())
	s.proxy = toxiproxy.NewProxy(api, "feishu", "127.0.0.1:0", strings.TrimPrefix(server.URL, "http://"))
	if err := s.proxy.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.proxy.Stop)
	s.url = "http://" + s.proxy.Listen
	return s
}

func (s *stage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if arrived := s.arrived.Load(); arrived != nil {
		(*arrived)()
	}
	s.sim.ServeHTTP(afterwards{w, s.answered.Load()}, r)
}

// afterwards calls a function when an answer begins.
type afterwards struct {
	http.ResponseWriter
	answered *func()
}

func (a afterwards) WriteHeader(status int) {
	if a.answered != nil {
		(*a.answered)()
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a afterwards) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// toxic puts something into the way of the bytes.
func (s *stage) toxic(t *testing.T, format string, args ...any) {
	t.Helper()
	if _, err := s.proxy.Toxics.AddToxicJson(strings.NewReader(fmt.Sprintf(format, args...))); err != nil {
		t.Fatal(err)
	}
}

// command is a process of the program. It gets no context, for it is killed otherwise.
func (s *stage) command(args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Dir = s.folder
	cmd.Env = append(os.Environ(), s.environ()...)
	return cmd
}

func (s *stage) environ() []string {
	return []string{
		"OKRSYNC_FEISHU_BASE_URL=" + s.url, "FEISHU_APP_ID=cli_chaos", "FEISHU_APP_SECRET=sesame-secret",
		"OKRSYNC_TARGET_METRIC_SOURCE_ID=" + feishutest.SampleSource, "OKRSYNC_TARGET_METRIC_TABLE_ID=" + feishutest.SampleTable,
		"OKRSYNC_FEISHU_TIMEOUT=2s", "OKRSYNC_SYNC_RETRY_INITIAL=20ms", "OKRSYNC_SYNC_RETRY_MAX=200ms", "OKRSYNC_SYNC_PERMITS=strict", "LANG=en_US.UTF-8",
	}
}
