package feishutest

import "net/http"

// The codes the server answers of itself. Every other code comes by script or fault.
const (
	codeInvalid      = 1001001
	codeForbidden    = 1001002
	codeUser         = 1001003
	codeNotFound     = 1001004
	codeNumbers      = 1001005
	codeStartTarget  = 1001006
	codeTable        = 1001007
	codeUnknown      = 1009999
	codeEdition      = 1000403
	codeFrequency    = 99991400
	codeMonthly      = 99991403
	codeIP           = 99991401
	codeNoToken      = 99991661
	codeToken        = 99991663
	codeAppToken     = 99991664
	codeUserToken    = 99991668
	codeTokenFormat  = 99991671
	codeScope        = 99991672
	codeParameter    = 99992402
	codeUserID       = 99992351
	codeLogin        = 10003
	codeSecret       = 10014
	codeBotFrequency = 11232
	codeBadMessage   = 9499
	codeCard         = 11246
	codeBotToken     = 19001
	codeNoType       = 19002
	codeSignature    = 19021
	codeKeyword      = 19024
	statusBadRequest = http.StatusBadRequest
)

// answer is how a code looks on the wire when nothing else is said.
type answer struct {
	status int
	msg    string
}

// answers is the code table of the API: statuses as the vendor gives them, words in the vendor's manner. Where the table names
// several statuses the first stands here.
var answers = map[int]answer{
	0:        {200, "success"},
	1009999:  {500, "unknown error"},
	1009998:  {500, "system exception"},
	1001001:  {200, "invalid parameters"},
	1001002:  {200, "no permission"},
	1001003:  {200, "user not found"},
	1001004:  {200, "okr data not found"},
	1001005:  {400, "update numbers exceeds limit"},
	1001006:  {400, "start value equals target value"},
	1001007:  {400, "table id match error"},
	1000403:  {403, "OpenAPI unavailable in this edition"},
	99991400: {429, "request trigger frequency limit"},
	1000004:  {429, "Method rate limited"},
	1000005:  {429, "App rate limited"},
	99991403: {429, "This month's API call quota has been exceeded"},
	99991663: {400, "Invalid access token for authorization. Please make a test attempt with the correct tenant access token."},
	99991664: {400, "Invalid access token for authorization. An app access token is not accepted here."},
	99991665: {400, "invalid tenant code"},
	99991671: {400, "Invalid access token format: must start with 't-' or 'u-'"},
	99991668: {400, "Invalid access token for authorization. A user access token is not accepted here."},
	99991661: {400, "Missing access token for authorization. Please make a request with token attached."},
	99991672: {400, "Access denied. One of the following scopes is required: [okr:okr]."},
	99991673: {400, "app status unavailable"},
	99991676: {400, "token no permission"},
	99991679: {400, "Unauthorized. The user has not granted the app the required scope."},
	99991662: {400, "the app is not in use or not installed"},
	99991401: {400, "deny by ip whitelist"},
	10003:    {200, "invalid param"},
	10005:    {200, "invalid app"},
	10012:    {200, "app not found"},
	10013:    {200, "app unavailable"},
	10014:    {200, "app secret invalid"},
	10015:    {200, "app id or app secret invalid"},
	99991543: {200, "app_id or app_secret error"},
	2200:     {200, "internal error"},
	99992402: {400, "field validation failed"},
	99992351: {400, "The request you send is not a valid {user_id} or not exists, example value: ou_7dab8a3d3cdcc9da365777c7ad535d62"},
	99991201: {404, "path not found"},
	99991301: {404, "method not found"},
	11232:    {200, "frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]"},
	9499:     {200, "Bad Request"},
	11246:    {200, "ErrCode: 200621; ErrMsg: parse card json err"},
	19001:    {200, "param invalid: incoming webhook access token invalid"},
	19002:    {200, "params error, msg_type need"},
	19021:    {200, "sign match fail or timestamp is not within one hour from current time"},
	19022:    {200, "Ip Not Allowed"},
	19024:    {200, "Key Words Not Found"},
}

// codeNoAnswer marks a call that got no JSON answer at all: cut, hung, text.
const codeNoAnswer = -1

// answerFor returns the usual status and words of code; what the table does not know comes with HTTP 200.
func answerFor(code int) answer {
	if a, ok := answers[code]; ok {
		return a
	}
	if code >= 99992351 && code <= 99992364 || code == 99992381 {
		return answers[codeUserID]
	}
	return answer{http.StatusOK, "error"}
}

// knownCall says whether c is one of Calls.
func knownCall(c Call) bool {
	switch c {
	case Token, Sources, Tables, List, Get, Patch, BatchUpdate, Bot:
		return true
	}
	return false
}
