package feishu

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"syscall"
)

// A trouble is a way in which no answer comes, in words for people who know their
// network as something that works or does not. The network's own words follow it in
// brackets, for those who mend it.
type trouble struct {
	is     func(error) bool
	reason text
	advice text // {host} is the server that was called; none where the code's own fits
}

// lookAtAddress is the advice where the server was not reached at all.
var lookAtAddress = text{
	"核对 feishu.base_url（{host}）、本机网络和代理设置，然后再运行一次",
	"check feishu.base_url ({host}), this machine's network and its proxy, then run again",
}

// lookAtProxy is the advice where the way leads through a proxy; net/http names the
// variables (ProxyFromEnvironment).
var lookAtProxy = text{
	"核对环境变量 HTTPS_PROXY 和 NO_PROXY，或请网络管理员放行到 {host} 的访问，然后再运行一次",
	"check the variables HTTPS_PROXY and NO_PROXY, or have the network's administrator allow {host}, then run again",
}

// troubles are told apart by the types of Go's errors; the first that fits is told.
var troubles = []trouble{
	{isA[*proxyError], text{"代理服务器不允许访问飞书", "the proxy refuses to lead to Feishu"}, lookAtProxy},
	{atProxy, text{"连接不上代理服务器", "the proxy cannot be reached"}, lookAtProxy},
	{unknownName, text{"找不到服务器 {host} 的地址", "there is no server of the name {host}"}, lookAtAddress},
	{isA[*net.DNSError], text{"查询服务器 {host} 的地址失败", "the name {host} cannot be looked up"}, lookAtAddress},
	{oneOf(syscall.ECONNREFUSED), text{"{host} 拒绝连接", "{host} refuses connections"}, lookAtAddress},
	{
		oneOf(syscall.ENETUNREACH, syscall.EHOSTUNREACH, syscall.ENETDOWN, syscall.EADDRNOTAVAIL),
		text{"网络不通，到不了 {host}", "there is no way through the network to {host}"}, lookAtAddress,
	},
	{whileConnecting, text{"连接 {host} 超时", "{host} could not be reached in time"}, lookAtAddress},
	{isA[x509.UnknownAuthorityError], text{"证书的颁发机构不受本机信任", "this machine does not trust who issued it"}, text{}},
	{isA[x509.HostnameError], text{"证书属于另一个名称，不是 {host}", "it was issued for another name than {host}"}, text{}},
	{expired, text{"按本机时间，证书已过期或尚未生效", "by this machine's clock it has expired or is not valid yet"}, text{}},
	{isA[tls.RecordHeaderError], text{"{host} 回答的不是 HTTPS", "{host} does not answer in HTTPS"}, lookAtAddress},
	{oneOf(syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE), text{"连接被中断", "the connection was cut"}, text{}},
	{oneOf(io.ErrUnexpectedEOF, io.EOF), text{"回答没有传完，连接就结束了", "the connection ended before the answer did"}, text{}},
}

// troubleOf finds the words for an error of the network's.
func troubleOf(err error) (trouble, bool) {
	for _, t := range troubles {
		if err != nil && t.is(err) {
			return t, true
		}
	}
	return trouble{}, false
}

// isA reports whether an error is of a type.
func isA[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// oneOf reports whether an error is one of some.
func oneOf(known ...error) func(error) bool {
	return func(err error) bool {
		for _, k := range known {
			if errors.Is(err, k) {
				return true
			}
		}
		return false
	}
}

// atProxy reports an error on the way to a proxy, as net/http marks it.
func atProxy(err error) bool {
	e, ok := errors.AsType[*net.OpError](err)
	return ok && e.Op == "proxyconnect"
}

func unknownName(err error) bool {
	e, ok := errors.AsType[*net.DNSError](err)
	return ok && e.IsNotFound
}

// whileConnecting reports a time that ran out before there was a connection.
func whileConnecting(err error) bool {
	e, ok := errors.AsType[*net.OpError](err)
	return ok && e.Op == "dial" && e.Timeout()
}

func expired(err error) bool {
	e, ok := errors.AsType[x509.CertificateInvalidError](err)
	return ok && e.Reason == x509.Expired
}

// A proxyError is a proxy's answer that it does not connect to the server. net/http
// has no type for it.
type proxyError struct{ status int }

func (p *proxyError) Error() string {
	return fmt.Sprintf("proxy: HTTP %d %s", p.status, http.StatusText(p.status))
}

// proxyAnswered is asked by the transport what to make of a proxy's answer.
func proxyAnswered(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode != http.StatusOK {
		return &proxyError{answer.StatusCode}
	}
	return nil
}
