package feishutest

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
)

// BenchmarkPatch measures the server over loopback with keep-alive: eight bare connections that cost next to nothing
// themselves.
func BenchmarkPatch(b *testing.B) {
	s := sampled(1000, Config{LogLimit: -1})
	server := httptest.NewServer(s)
	defer server.Close()
	token := s.IssueToken()
	b.ReportAllocs()
	b.SetParallelism(4)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			b.Error(err)
			return
		}
		defer conn.Close()
		request, answers := patchRequest(token), bufio.NewReaderSize(conn, 16<<10)
		for pb.Next() {
			if _, err := conn.Write(request); err != nil {
				b.Error(err)
				return
			}
			if err := skipAnswer(answers); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}

// patchRequest is one PATCH as it stands on the wire.
func patchRequest(token string) []byte {
	const body = `{"metric_current_value":12.5,"metric_target_value":2001}`
	return fmt.Appendf(nil, "PATCH %s/%s?user_id_type=open_id HTTP/1.1\r\nHost: feishu.example\r\nUser-Agent: okrsync/1\r\n"+
		"Authorization: Bearer %s\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s",
		itemsPath, SampleItem(1), token, len(body), body)
}

// skipAnswer reads one answer, which must be HTTP 200.
func skipAnswer(r *bufio.Reader) error {
	length := -1
	for first := true; ; first = false {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		if first && !strings.Contains(string(line), " 200 ") {
			return fmt.Errorf("answer %q", line)
		}
		if len(line) == 2 {
			_, err := r.Discard(length)
			return err
		}
		if value, ok := strings.CutPrefix(string(line), "Content-Length: "); ok {
			if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil {
				return err
			}
		}
	}
}

// BenchmarkPatchClient is the same through net/http's client, which costs as much again.
func BenchmarkPatchClient(b *testing.B) {
	s := sampled(1000, Config{LogLimit: -1})
	server := httptest.NewServer(s)
	defer server.Close()
	server.Client().Transport.(*http.Transport).MaxIdleConnsPerHost = 16
	c := inMemory(b, s)
	c.http, c.base = server.Client(), server.URL
	b.ReportAllocs()
	b.SetParallelism(4)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if got := c.patch(SampleItem(1), `{"metric_current_value":12.5}`); got.Code != 0 {
				b.Errorf("%s", got.text)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}

// BenchmarkTransport is the handler with no sockets.
func BenchmarkTransport(b *testing.B) {
	for name, limit := range map[string]int{"log=none": -1, "log=1000": 1000} {
		b.Run(name, func(b *testing.B) {
			s := sampled(1000, Config{LogLimit: limit})
			header := http.Header{"Authorization": {"Bearer " + s.IssueToken()}, "Content-Type": {"application/json; charset=utf-8"}}
			req, err := http.NewRequest("PATCH", "http://x"+itemsPath+"/"+SampleItem(1)+"?user_id_type=open_id", nil)
			if err != nil {
				b.Fatal(err)
			}
			req.Header = header
			body := []byte(`{"metric_current_value":12.5}`)
			b.ReportAllocs()
			for b.Loop() {
				if rep, _ := s.arrive(req, body); rep.code != 0 {
					b.Fatalf("%s", rep.body)
				}
			}
		})
	}
}
