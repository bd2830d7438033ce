package feishu

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"unicode"
)

// failing is a transport that fails with an error.
type failing struct{ err error }

func (f failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, f.err }

// TestNetworkWords shows what people are told when no answer comes, by the type of the
// network's error, with its own words in brackets and the server's name in the advice.
func TestNetworkWords(t *testing.T) {
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	read := func(err error) error { return &net.OpError{Op: "read", Net: "tcp", Err: err} }
	system := func(e syscall.Errno) error { return os.NewSyscallError("connect", e) }
	verify := func(err error) error { return &tls.CertificateVerificationError{Err: err} }
	for name, test := range map[string]struct {
		err            error
		zh, en, advice string
	}{
		"name":        {dial(&net.DNSError{Err: "no such host", Name: "nowhere.example", IsNotFound: true}), "找不到服务器 nowhere.example", "there is no server of the name nowhere.example", "feishu.base_url (nowhere.example)"},
		"look-up":     {dial(&net.DNSError{Err: "server misbehaving", Name: "nowhere.example", IsTemporary: true}), "查询服务器 nowhere.example", "nowhere.example cannot be looked up", "feishu.base_url (nowhere.example)"},
		"refused":     {dial(system(syscall.ECONNREFUSED)), "nowhere.example 拒绝连接", "nowhere.example refuses connections", "feishu.base_url (nowhere.example)"},
		"no way":      {dial(system(syscall.ENETUNREACH)), "网络不通", "no way through the network", "feishu.base_url (nowhere.example)"},
		"dial time":   {dial(os.ErrDeadlineExceeded), "连接 nowhere.example 超时", "could not be reached in time", "feishu.base_url (nowhere.example)"},
		"reset":       {read(system(syscall.ECONNRESET)), "连接被中断", "the connection was cut", "check the network"},
		"end":         {io.ErrUnexpectedEOF, "回答没有传完", "ended before the answer did", "check the network"},
		"proxy":       {&net.OpError{Op: "proxyconnect", Net: "tcp", Err: system(syscall.ECONNREFUSED)}, "连接不上代理服务器", "the proxy cannot be reached", "HTTPS_PROXY"},
		"issuer":      {verify(x509.UnknownAuthorityError{}), "颁发机构不受本机信任", "does not trust who issued it", "CA certificates"},
		"other name":  {verify(x509.HostnameError{Certificate: new(x509.Certificate), Host: "nowhere.example"}), "不是 nowhere.example", "another name than nowhere.example", "CA certificates"},
		"expired":     {verify(x509.CertificateInvalidError{Cert: new(x509.Certificate), Reason: x509.Expired, Detail: "last year"}), "已过期或尚未生效", "has expired", "clock"},
		"not https":   {tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, "不是 HTTPS", "does not answer in HTTPS", "feishu.base_url (nowhere.example)"},
		"never heard": {errors.New("quantum foam"), "没有收到飞书的完整回答（quantum foam）", "arrived from Feishu: quantum foam", "check the network"},
	} {
		t.Run(name, func(t *testing.T) {
			client, err := NewClient(Config{BaseURL: "https://nowhere.example", AccessToken: "t", Transport: failing{test.err}})
			if err != nil {
				t.Fatal(err)
			}
			_, err = client.Sources(t.Context(), "", 10)
			refusal, ok := errors.AsType[*Error](err)
			if !ok || !errors.Is(err, test.err) || refusal.Host != "nowhere.example" {
				t.Fatalf("%v", err)
			}
			zh, en := refusal.Reason("zh"), refusal.Reason("en")
			if !strings.Contains(zh, test.zh) || !strings.Contains(en, test.en) || !strings.Contains(refusal.Advice("en"), test.advice) {
				t.Errorf("%s\n%s\n%s", zh, en, refusal.Advice("en"))
			}
			if own := test.err.Error(); !strings.HasSuffix(zh, "（"+own+"）") || !strings.Contains(en, own) {
				t.Errorf("the network's words are lost:\n%s\n%s", zh, en)
			}
			words := zh + en + refusal.Advice("zh") + refusal.Advice("en")
			if strings.ContainsAny(words, "{}") || strings.ContainsFunc(en+refusal.Advice("en"), func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
				t.Error(words)
			}
		})
	}
}

// TestProxyRefuses shows that a proxy that will not connect is named as the one who
// refuses, through the client's own transport.
func TestProxyRefuses(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusProxyAuthRequired)
	}))
	defer proxy.Close()
	address, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	transport := standardTransport(1)
	transport.Proxy = http.ProxyURL(address)
	client, err := NewClient(Config{BaseURL: "https://nowhere.example", AccessToken: "t", Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	_, err = client.Sources(t.Context(), "", 10)
	refusal, _ := errors.AsType[*Error](err)
	if refusal == nil || !strings.Contains(refusal.Reason("en"), "the proxy refuses to lead to Feishu (proxy: HTTP 407") || !strings.Contains(refusal.Advice("zh"), "HTTPS_PROXY") {
		t.Errorf("%v", err)
	}
}
