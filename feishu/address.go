package feishu

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// An AddressError is why an address cannot be Config.BaseURL, in both languages. What
// may be a password in it is not shown.
type AddressError struct{ why text }

func addressErrorf(zh, en string, args ...any) error {
	return &AddressError{text{fmt.Sprintf(zh, args...), fmt.Sprintf(en, args...)}}
}

// Error says it in English.
func (e *AddressError) Error() string { return e.why.en }

// In says it in Chinese for "zh" and in English otherwise.
func (e *AddressError) In(lang string) string { return e.why.in(lang) }

// CheckBaseURL reports what is wrong with an address as Config.BaseURL, in an
// *AddressError.
func CheckBaseURL(s string) error {
	_, err := baseURL(s)
	return err
}

// baseURL checks the address and returns it without a slash at its end.
func baseURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil, u.Host == "", u.Scheme != "https" && u.Scheme != "http":
		if strings.Contains(s, "@") {
			// what stands before the @ may be a password
			return nil, addressErrorf("这不是 https://open.feishu.cn 这样的地址", "this is not an address like https://open.feishu.cn")
		}
		return nil, addressErrorf("“%s”不是 https://open.feishu.cn 这样的地址", "%q is not an address like https://open.feishu.cn", s)
	case u.User != nil, u.RawQuery != "", u.Fragment != "":
		return nil, addressErrorf("主机“%s”的地址中可以有路径，但不能有用户名、? 或 #",
			"the address of host %q may have a path, but no user, query or fragment", u.Host)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return nil, addressErrorf("“%s”不是 https 地址，App Secret 会以明文传输；http 只能用于本机地址",
			"%q is not https: the app secret would travel readable; plain http is for loopback addresses only", s)
	}
	u.Host = strings.TrimSuffix(u.Host, ":")
	return url.Parse(strings.TrimRight(u.String(), "/"))
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
