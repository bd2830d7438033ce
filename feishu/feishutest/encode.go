package feishutest

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
	"unicode/utf8"
)

// reply is an answer on its way out.
type reply struct {
	status  int // 0: none
	code    int // of the body; codeNoAnswer if it is no JSON answer
	body    []byte
	headers [][2]string // beside Content-Type and the log id
	kind    string      // content type; "" is JSON
	ending  ending
	wait    time.Duration // beside the latency
	applied bool          // the store was changed
}

// ending is how the answer reaches the client.
type ending int

const (
	endWhole ending = iota
	endCut          // half the body, then the connection breaks
	endSlow         // the body in pieces
	endReset        // the connection breaks before the answer
	endHang         // nothing until the client leaves
)

func (r *reply) set(name, value string) { r.headers = append(r.headers, [2]string{name, value}) }

// textReply is an answer in plain text, such as a gateway's for paths it does not have.
func textReply(status int, text string) reply {
	return reply{status: status, code: codeNoAnswer, kind: "text/plain; charset=utf-8", body: []byte(text)}
}

// htmlReply is a page as proxies and login walls send them.
func htmlReply(status int, title string) reply {
	page := "<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n<center><h1>" + title +
		"</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
	return reply{status: status, code: codeNoAnswer, kind: "text/html", body: []byte(page)}
}

// notFound is what the vendor's gateway says to a path or method it does not have (seen).
func notFound() reply { return textReply(http.StatusNotFound, "404 page not found\n") }

// refuse answers with an error code, its usual status and words.
func (c *exchange) refuse(code int) reply {
	if c.kind == Bot {
		return botReply(code)
	}
	if code == codeScope {
		return c.refuseWith(code, `"permission_violations":[{"type":"action_privilege_required","subject":"okr:okr"}]`)
	}
	return c.refuseWith(code, "")
}

// violation answers that one parameter is wrong.
func (c *exchange) violation(field, value, description string) reply {
	out := append([]byte(nil), `"field_violations":[{`...)
	out = appendText(out, "field", field)
	out = appendText(append(out, ','), "value", value)
	out = appendText(append(out, ','), "description", description)
	return c.refuseWith(codeParameter, string(append(out, "}]"...)))
}

// refuseWith adds more members to the error object.
func (c *exchange) refuseWith(code int, members string) reply {
	a := answerFor(code)
	out := append(make([]byte, 0, 256), `{"code":`...)
	out = strconv.AppendInt(out, int64(code), 10)
	out = appendText(append(out, ','), "msg", a.msg)
	out = appendText(append(out, `,"error":{`...), "log_id", c.logID)
	out = appendText(append(out, ','), "troubleshooter",
		"search log_id in https://open.feishu.cn/search?log_id="+c.logID)
	if members != "" {
		out = append(append(out, ','), members...)
	}
	return reply{status: a.status, code: code, body: append(out, "}}"...)}
}

func (c *exchange) itemReply(it *item) reply {
	out := append(make([]byte, 0, 640), `{"code":0,"msg":"success","data":`...)
	return reply{status: 200, body: append(c.appendItem(out, it), '}')}
}

// appendItem writes an item as the API shows it to a caller of this user_id_type. What is not set is left out.
func (c *exchange) appendItem(out []byte, it *item) []byte {
	id := it.ID
	if c.rename != "" {
		id, c.rename = c.rename, ""
	}
	out = appendText(append(out, '{'), "metric_item_id", id)
	out = appendText(append(out, ','), "user_id", idAs(it.UserID, c.idType))
	out = appendText(append(out, ','), "period_id", it.PeriodID)
	out = appendUnit(append(out, ','), it.Unit)
	out = append(append(out, `,"metric_initial_value":`...), it.Initial...)
	if it.Target != "" {
		out = append(append(out, `,"metric_target_value":`...), it.Target...)
	}
	out = append(append(out, `,"metric_current_value":`...), it.Current...)
	if it.SupportedUserID != "" {
		out = appendText(append(out, ','), "supported_user_id", idAs(it.SupportedUserID, c.idType))
	}
	if it.KRID != "" {
		out = appendText(append(out, ','), "kr_id", it.KRID)
	}
	if it.UpdatedAt != 0 {
		out = strconv.AppendInt(append(out, `,"updated_at":"`...), it.UpdatedAt, 10)
		out = append(out, '"')
	}
	if it.UpdatedBy != "" {
		out = appendText(append(out, ','), "updated_by", idAs(it.UpdatedBy, c.idType))
	}
	return append(out, '}')
}

func appendUnit(out []byte, u Unit) []byte {
	out = appendText(append(out, `"metric_unit":{`...), "zh_cn", u.ZhCN)
	out = appendText(append(out, ','), "en_us", u.EnUS)
	return append(appendText(append(out, ','), "ja_jp", u.JaJP), '}')
}

// appendText writes a member of an object whose value is a string. The key needs no escapes.
func appendText(out []byte, key, value string) []byte {
	out = append(append(out, '"'), key...)
	return appendString(append(out, `":`...), value)
}

// appendString writes a JSON string.
func appendString(out []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c == 0x7f {
			return appendEscaped(out, s)
		}
	}
	if !utf8.ValidString(s) {
		return appendEscaped(out, s)
	}
	return append(append(append(out, '"'), s...), '"')
}

func appendEscaped(out []byte, s string) []byte {
	text, _ := json.Marshal(s) // a string always marshals
	return append(out, text...)
}
