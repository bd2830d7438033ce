package feishu

// botRefusal returns what is known of a refusal by a group's bot. Of the codes, 9499,
// 19021, 19022, 19024 and 11232 stand in Feishu's guide to custom bots, which gives no
// list of them all; 11246, 19001 and 19002 are what others have seen. A code that is not
// known is judged by the status.
func botRefusal(code Code, status int) refusal {
	if known, ok := botRefusals[code]; ok {
		return known
	}
	unknown := refusal{ClassApp, words{
		text{"飞书群机器人拒绝了消息", "the group's bot refused the message"},
		text{"把错误码交给飞书支持人员查询，并核对 report.webhook.url", "ask Feishu's support about the code, and check report.webhook.url"},
	}}
	switch {
	case status == 429:
		unknown.class = ClassSlowDown
	case status >= 500:
		unknown.class = ClassTransient
	}
	return unknown
}

var (
	botTooFast = refusal{ClassSlowDown, words{
		text{"群机器人的消息太多，飞书要求放慢", "too many messages to the group's bot: Feishu asks to slow down"},
		text{"无需处理；若经常出现，避开整点和半点运行，那时飞书最繁忙", "nothing to do; if it happens often, do not run at the full or half hour, when Feishu is busiest"},
	}}
	botWrongURL = words{
		text{"飞书不认识这个 webhook 地址", "Feishu does not know this webhook"},
		text{"在群设置的“群机器人”中重新复制地址，填入 report.webhook.url", "copy the address from the group's settings again (Bots), and set report.webhook.url to it"},
	}
	botBadMessage = words{
		text{"飞书认为消息的格式不对", "Feishu finds the message malformed"},
		text{"核对 report.webhook.url 是自定义机器人的地址，以及中间的代理没有改动内容", "check that report.webhook.url is the address of a custom bot, and that no proxy in between changes the message"},
	}
	botNetwork = text{"检查本机到飞书的网络；结果文件不受影响", "check the network from this machine to Feishu; the result files are not affected"}
)

var botRefusals = map[Code]refusal{
	"11232":       botTooFast,
	"99991400":    botTooFast,
	CodeThrottled: botTooFast,

	"9499":  {ClassApp, botBadMessage},
	"11246": {ClassApp, botBadMessage},
	"19002": {ClassApp, botBadMessage},
	"19001": {ClassApp, botWrongURL},
	"19021": {ClassApp, words{
		text{"消息的签名不对，或本机时间相差一小时以上", "the message's signature is wrong, or this machine's clock is an hour off"},
		text{"核对 report.webhook.secret 与机器人安全设置中的签名密钥，并校准本机时间", "compare report.webhook.secret with the bot's security settings, and set the clock"},
	}},
	"19022": {ClassApp, words{
		text{"本机的 IP 不在群机器人的白名单内", "this machine's address is not on the bot's allow-list"},
		text{"在机器人的安全设置中加入本机出口 IP", "add this machine's public address to the bot's security settings"},
	}},
	"19024": {ClassApp, words{
		text{"消息中没有群机器人要求的关键词", "the message has none of the bot's keywords"},
		text{"在机器人的安全设置中添加关键词 okrsync，每条消息都含有它", "add the keyword okrsync to the bot's security settings: every message has it"},
	}},

	CodeNotOffered: {ClassApp, botWrongURL},
	CodeHTTPOther:  {ClassApp, botWrongURL},
	CodeRedirect: {ClassApp, words{
		text{"服务器要求转到另一个地址，没有跟随", "the server redirects to another address, which was not followed"},
		text{"把 report.webhook.url 改成最终地址", "set report.webhook.url to the final address"},
	}},
	CodeDenied: {ClassApp, words{
		text{"飞书之前的代理或网关拒绝了消息", "a proxy or gateway before Feishu denied the message"},
		text{"请网络管理员放行到 report.webhook.url 的请求", "have the network's administrator allow requests to report.webhook.url"},
	}},
	CodeCertificate: {ClassApp, words{
		text{"服务器的证书不可信，没有发送消息", "the server's certificate cannot be trusted, so nothing was sent"},
		text{"核对 report.webhook.url、本机时间和 CA 证书；若经过公司代理，请安装其 CA 证书", "check report.webhook.url, this machine's clock and its CA certificates; behind a company proxy, install its CA"},
	}},
	CodeTooLarge: {ClassApp, words{
		text{"消息超过飞书允许的 20 KB，没有发送", "the message is larger than the 20 KB that Feishu takes, and was not sent"},
		text{"请把结果文件夹中的 summary.json 交给 okrsync 的维护者", "give summary.json of the run's folder to okrsync's maintainers"},
	}},

	CodeHTTPServer: {ClassTransient, words{text{"飞书服务器暂时出错", "Feishu's server is in trouble"}, botNetwork}},
	CodeNoReply:    {ClassTransient, words{text{"没有收到飞书的完整回答", "no whole answer arrived from Feishu"}, botNetwork}},
	CodeTimeout:    {ClassTransient, words{text{"飞书在限定时间内没有回答", "Feishu did not answer in time"}, botNetwork}},
	CodeBadReply:   {ClassTransient, words{text{"服务器的回答不是飞书群机器人的格式", "the server's answer is not one of a Feishu bot"}, botWrongURL.advice}},
}
