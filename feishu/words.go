package feishu

// text is a sentence in both of okrsync's languages.
type text struct{ zh, en string }

func (t text) in(lang string) string {
	if lang == "zh" {
		return t.zh
	}
	return t.en
}

// words say to the people who mend a sheet or a set-up what a code means and
// what to do.
type words struct{ reason, advice text }

// refusal is all that is known of a code.
type refusal struct {
	class Class
	words
}

// wordsFor returns the words of a code; one that is not known gets words that
// hold for any.
func wordsFor(call Call, code Code) words {
	if call == CallBot {
		return botRefusal(code, 0).words
	}
	if call == CallList && (code == CodeNotFound || code == CodeOtherTable) {
		return noTable
	}
	if known, ok := refusals[code]; ok && (call != CallToken || known.class != ClassRow) {
		return known.words
	}
	if call == CallToken {
		return noToken
	}
	if userIDCode(code) {
		return wrongUser
	}
	return unknownCode
}

var (
	wrongUser = words{
		text{"飞书不认识这个用户 ID，或它属于另一个应用或企业", "Feishu does not know this user id, or it belongs to another app or tenant"},
		text{"核对“支撑的上级”一列，以及配置 feishu.user_id_type 是否与表中的 ID 类型一致", "check the supported superior's id, and that feishu.user_id_type fits the kind of ids in the sheet"},
	}
	noTable = words{
		text{"飞书中没有这个指标来源或指标表", "Feishu has no such metric source or table"},
		text{"核对指标来源 ID 和指标表 ID；okrsync tables 会列出应用可见的指标表", "check the ids of source and table; okrsync tables lists those the app sees"},
	}
	noToken = words{
		text{"飞书没有给应用访问令牌", "Feishu gives the app no access token"},
		text{"请管理员在飞书开放平台核对应用凭证，并确认应用在本企业已启用", "have the administrator check the app's credentials on the Feishu open platform, and that the app is enabled in this tenant"},
	}
	unknownCode = words{
		text{"飞书拒绝了这次更新", "Feishu refused this update"},
		text{"把错误码和 log_id 交给飞书支持人员查询", "ask Feishu's support about the code, with the log id"},
	}
	serverTrouble = words{
		text{"飞书服务器暂时出错", "Feishu's server is in trouble"},
		text{"稍后用同一文件再运行一次", "run the same file again later"},
	}
	tooFast = words{
		text{"调用过于频繁，飞书要求放慢", "too many calls: Feishu asks to slow down"},
		text{"稍后再运行；若经常出现，请调低 sync.rate", "run again later; if it happens often, lower sync.rate"},
	}
	refusedToken = words{
		text{"飞书拒绝访问令牌", "Feishu refuses the access token"},
		text{"请管理员核对应用凭证；若用 FEISHU_ACCESS_TOKEN，请换一个未过期的令牌", "have the administrator check the app's credentials; if FEISHU_ACCESS_TOKEN is used, give one that has not expired"},
	}
	wrongCredentials = words{
		text{"飞书不接受 App ID 或 App Secret", "Feishu does not accept the app id or the app secret"},
		text{"在飞书开放平台的“凭证与基础信息”中核对 App ID 和 App Secret", "compare app id and secret with the app's page on the Feishu open platform"},
	}
	notAvailable = words{
		text{"应用没有所需的权限，或在此企业不可用", "the app lacks a permission, or is not available in this tenant"},
		text{"请管理员在飞书开放平台为应用开通 OKR 权限、发布版本，并确认应用在本企业已启用", "have the administrator grant the app its OKR permissions, publish it and enable it in this tenant"},
	}
	notOffered = words{
		text{"此地址没有 OKR 指标接口", "this address does not offer the OKR metric API"},
		text{"核对 feishu.base_url；地址无误则说明本企业未开放指标接口，请联系飞书支持人员", "check feishu.base_url; if it is right, this tenant does not have the metric API: ask Feishu's support"},
	}
)

// refusals is every code with a meaning of its own: the ten of the vendor's
// page on updating metric items (2023-02-07), the gateway's, those of the token
// call, and the names of answers without a code.
var refusals = map[Code]refusal{
	"1009999": {ClassTransient, words{
		text{"飞书内部未知错误", "an unknown error inside Feishu"},
		serverTrouble.advice,
	}},
	"1009998": {ClassTransient, words{
		text{"飞书系统异常", "a system exception inside Feishu"},
		serverTrouble.advice,
	}},
	CodeInvalidParameters: {ClassRow, words{
		text{"飞书认为参数无效", "Feishu finds a parameter invalid"},
		text{"核对这一行的 ID 和数值", "check the ids and values of this row"},
	}},
	CodeNoPermission: {ClassRow, words{
		text{"应用无权修改这个指标项", "the app may not change this metric item"},
		text{"请指标库管理员授权该应用，或核对指标来源和指标表 ID", "have the metric source's administrator authorise the app, or check the ids of source and table"},
	}},
	"1001003": {ClassRow, words{
		text{"找不到“支撑的上级”这个用户", "the supported superior is not a known user"},
		text{"核对这一行的用户 ID，以及配置 feishu.user_id_type", "check the user id of this row, and feishu.user_id_type"},
	}},
	CodeNotFound: {ClassRow, words{
		text{"飞书中没有这个指标项", "Feishu has no such metric item"},
		text{"核对指标项 ID：从指标表重新复制，并把该列设为文本格式", "check the metric item id: copy it from the metric table again, into a column formatted as text"},
	}},
	CodeUpdateLimit: {ClassUpdateLimit, words{
		text{"更新数量超过飞书的限制", "the number of updates exceeds Feishu's limit"},
		text{"稍后（例如明天）再运行；若只有这一行如此，请联系飞书支持人员", "run again later, for instance tomorrow; if it is only this row, ask Feishu's support"},
	}},
	"1001006": {ClassRow, words{
		text{"起始值与目标值相等", "the initial value equals the target value"},
		text{"把起始值或目标值改成不同的数", "change the initial or the target value so that they differ"},
	}},
	CodeOtherTable: {ClassRow, words{
		text{"指标表 ID 与指标来源或指标项不匹配", "the metric table id does not match the source or the item"},
		text{"核对这一行的指标来源 ID、指标表 ID 和指标项 ID", "check the ids of source, table and item of this row"},
	}},
	"1000403": {ClassApp, words{
		text{"当前飞书版本不支持 OKR 开放接口", "the OKR open API is not available in this edition of Feishu"},
		text{"请管理员联系飞书，确认企业的套餐包含 OKR 开放接口", "have the administrator ask Feishu whether the tenant's plan includes the OKR open API"},
	}},

	"99991400": {ClassSlowDown, tooFast},
	"1000004":  {ClassSlowDown, tooFast},
	"1000005":  {ClassSlowDown, tooFast},
	"99991403": {ClassMonthlyQuota, words{
		text{"本企业本月的接口调用额度已用完", "the tenant's API calls of this month are used up"},
		text{"请管理员增购额度，或下月再运行；未处理的行届时继续", "have the administrator buy more, or run again next month: the rows left will continue"},
	}},

	"99991663": {ClassToken, refusedToken},
	"99991664": {ClassToken, refusedToken},
	"99991665": {ClassToken, refusedToken},
	"99991668": {ClassToken, refusedToken},
	"99991671": {ClassToken, refusedToken},
	CodeTokenStale: {ClassApp, words{
		text{"飞书拒绝了访问令牌，重新获取得到的仍是同一个", "Feishu refused the access token and then handed out the same one again"},
		text{"稍后再运行；若仍如此，请管理员在开放平台重置 App Secret", "run again later; if it stays so, have the administrator reset the app secret"},
	}},
	"99991661": {ClassApp, words{
		text{"飞书没有收到访问令牌", "Feishu received no access token"},
		text{"检查 feishu.base_url 前面的代理是否去掉了 Authorization 请求头", "check whether a proxy before feishu.base_url removes the Authorization header"},
	}},
	"99991662": {ClassApp, notAvailable},
	"99991672": {ClassApp, notAvailable},
	"99991673": {ClassApp, notAvailable},
	"99991676": {ClassApp, notAvailable},
	"99991679": {ClassApp, notAvailable},
	"99991401": {ClassApp, words{
		text{"本机的 IP 不在应用的白名单内", "this machine's address is not on the app's allow-list"},
		text{"请管理员在开放平台“安全设置”中加入本机出口 IP", "have the administrator add this machine's public address to the app's security settings"},
	}},

	"10003":    {ClassApp, wrongCredentials},
	"10005":    {ClassApp, wrongCredentials},
	"10012":    {ClassApp, wrongCredentials},
	"10013":    {ClassApp, wrongCredentials},
	"10014":    {ClassApp, wrongCredentials},
	"10015":    {ClassApp, wrongCredentials},
	"99991543": {ClassApp, wrongCredentials},

	"2200": {ClassTransient, serverTrouble},
	CodeFieldInvalid: {ClassRow, words{
		text{"飞书认为请求参数无效", "Feishu finds a parameter of the request invalid"},
		text{"核对这一行的 ID 和数值，以及配置 feishu.user_id_type", "check the ids and values of this row, and feishu.user_id_type"},
	}},
	"99992381": {ClassRow, wrongUser},
	"99991201": {ClassApp, notOffered},
	"99991301": {ClassApp, notOffered},

	CodeNotOffered: {ClassApp, notOffered},
	CodeRedirect: {ClassApp, words{
		text{"服务器要求转到另一个地址，为保护令牌没有跟随", "the server redirects to another address, which was not followed to protect the token"},
		text{"把 feishu.base_url 改成最终地址，例如 https://open.feishu.cn", "set feishu.base_url to the final address, such as https://open.feishu.cn"},
	}},
	CodeDenied: {ClassApp, words{
		text{"飞书之前的代理或网关拒绝了请求", "a proxy or gateway before Feishu denied the request"},
		text{"请网络管理员放行到 feishu.base_url 的请求", "have the network's administrator allow requests to feishu.base_url"},
	}},
	CodeThrottled:  {ClassSlowDown, tooFast},
	CodeHTTPServer: {ClassTransient, serverTrouble},
	CodeHTTPOther: {ClassRow, words{
		text{"服务器的回答不是飞书接口的格式", "the server's answer is not one of the Feishu API"},
		text{"核对 feishu.base_url，以及中间的代理", "check feishu.base_url and any proxy in between"},
	}},
	CodeNoReply: {ClassTransient, words{
		text{"没有收到飞书的完整回答", "no whole answer arrived from Feishu"},
		text{"检查网络，然后用同一文件再运行一次", "check the network, then run the same file again"},
	}},
	CodeTimeout: {ClassTransient, words{
		text{"飞书在限定时间内没有回答", "Feishu did not answer in time"},
		text{"检查网络，或调大 feishu.timeout，然后再运行一次", "check the network or raise feishu.timeout, then run the same file again"},
	}},
	CodeCertificate: {ClassApp, words{
		text{"服务器的证书不可信，没有发送任何内容", "the server's certificate cannot be trusted, so nothing was sent"},
		text{"核对 feishu.base_url、本机时间和 CA 证书；若经过公司代理，请安装其 CA 证书", "check feishu.base_url, this machine's clock and its CA certificates; behind a company proxy, install its CA"},
	}},
	CodeEndlessList: {ClassTransient, words{
		text{"飞书的列表没有尽头：分页重复或一直为空", "Feishu's list does not end: its pages repeat or stay empty"},
		serverTrouble.advice,
	}},
	CodeBadTokenReply: {ClassTransient, words{
		text{"获取访问令牌的回答无法理解", "the answer to the request for an access token makes no sense"},
		text{"核对 feishu.base_url 和中间的代理，然后再运行一次", "check feishu.base_url and any proxy in between, then run the same file again"},
	}},
	CodeBadReply: {ClassTransient, words{
		text{"服务器的回答无法理解，不能确定更新是否成功", "the server's answer makes no sense, so it is not certain that the update was made"},
		text{"核对 feishu.base_url 和中间的代理，然后再运行一次", "check feishu.base_url and any proxy in between, then run the same file again"},
	}},
}
