package feishu

import "strconv"

// A Code names what was wrong with a call: Feishu's own code in digits, or, for
// an answer that carried none, one of the words below.
type Code string

// Feishus reports whether the code is one of Feishu's own, and so its answer, whatever
// that is.
func (c Code) Feishus() bool {
	_, err := strconv.Atoi(string(c))
	return err == nil
}

// Known reports whether okrsync knows what the code means. There are some seventy such
// codes, while an answer may carry any number.
func (c Code) Known() bool {
	_, ok := refusals[c]
	return ok || userIDCode(c)
}

// Feishu's codes that okrsync's packages branch on. All others are told apart
// by their Class alone.
const (
	CodeInvalidParameters Code = "1001001"
	CodeNoPermission      Code = "1001002"
	CodeNotFound          Code = "1001004"
	CodeUpdateLimit       Code = "1001005"
	CodeOtherTable        Code = "1001007"
	CodeFieldInvalid      Code = "99992402"
)

// The codes of answers, or of missing answers, that carry no code of Feishu's.
const (
	CodeNoReply       Code = "no_reply"        // refused, reset or cut connection
	CodeTimeout       Code = "timeout"         // no whole answer within the client's time
	CodeBadReply      Code = "bad_reply"       // a success that is no JSON, or of another item
	CodeBadTokenReply Code = "bad_token_reply" // the same of the token call
	CodeCertificate   Code = "certificate"     // the server's certificate cannot be trusted
	CodeRedirect      Code = "redirect"        // any 3xx: never followed
	CodeNotOffered    Code = "not_offered"     // 404 for the path
	CodeDenied        Code = "http_denied"     // 401, 403, 407 from something before Feishu
	CodeThrottled     Code = "http_throttled"  // 429 without a code
	CodeHTTPServer    Code = "http_server"     // 5xx without a code
	CodeHTTPOther     Code = "http_unexpected" // any other status without a code
	CodeEndlessList   Code = "endless_list"    // a list whose pages repeat or stay empty
	CodeTokenStale    Code = "token_stale"     // the token endpoint repeats a refused token
	CodeTooLarge      Code = "too_large"       // a message to a group that is larger than Feishu takes; not sent
)

// A Class is what a refusal concerns, and so who has to wait or stop.
type Class string

// The classes, from the smallest concern to the largest.
const (
	ClassRow          Class = "row"           // this update: it fails, the others go on
	ClassTransient    Class = "transient"     // the moment: try again after a back-off
	ClassSlowDown     Class = "slow_down"     // the app's pace: everybody is silent for a while
	ClassUpdateLimit  Class = "update_limit"  // 1001005: this item's or everybody's updates
	ClassToken        Class = "token"         // the token: fetch another
	ClassMonthlyQuota Class = "monthly_quota" // the tenant's month: nothing more until the next
	ClassApp          Class = "app"           // the app, its set-up or the address: nothing will pass
)

// classify decides on the code first. The status speaks for codes that are not
// known; the same code comes with other statuses on sister APIs.
func classify(code Code, status int) Class {
	if known, ok := refusals[code]; ok {
		return known.class
	}
	switch {
	case userIDCode(code):
		return ClassRow
	case status == 429:
		return ClassSlowDown
	case status >= 500:
		return ClassTransient
	}
	return ClassRow
}

// userIDCode reports whether the code is of 99992351 to 99992364: a user id
// that is unknown, or of another app or tenant.
func userIDCode(code Code) bool {
	n, err := strconv.Atoi(string(code))
	return err == nil && n >= 99992351 && n <= 99992364
}

// statusCode names an answer without a code of Feishu's after its HTTP status.
func statusCode(status int) Code {
	switch {
	case status >= 500, status == 408, status == 425:
		return CodeHTTPServer
	case status == 429:
		return CodeThrottled
	case status == 404:
		return CodeNotOffered
	case status == 401, status == 403, status == 407:
		return CodeDenied
	case status >= 400:
		return CodeHTTPOther
	case status >= 300:
		return CodeRedirect
	}
	return CodeBadReply
}
