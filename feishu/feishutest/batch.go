package feishutest

import "slices"

// batch answers batch_update. What is wrong with the call as a whole (its JSON, more than BatchMax entries, an id
// twice, the table, a quota too small for all its good rows) refuses it whole; what is wrong with a row goes by
// Config.BatchPoison.
func (s *Server) batch(c *exchange) reply {
	rows, ok := parseBatch(c.body)
	if !ok || len(rows) == 0 {
		return c.refuse(codeInvalid)
	}
	if len(rows) > s.config.BatchMax {
		return c.refuse(codeNumbers)
	}
	if repeated(rows) {
		return c.refuse(codeInvalid)
	}
	t, code := s.findTable(c)
	if code != 0 {
		return c.refuse(code)
	}
	items := make([]*item, len(rows)) // nil where codes is not 0
	codes := make([]int, len(rows))
	good := 0
	for i := range rows {
		items[i], codes[i] = s.judge(t, rows[i].id, &rows[i], c.idType)
		if codes[i] == 0 {
			good++
		} else if s.config.BatchPoison {
			return c.refuse(codes[i])
		}
	}
	if !s.config.Quota.allows(&t.used, good, c.now) {
		return c.refuse(codeNumbers)
	}
	for i, it := range items {
		if it != nil {
			s.apply(c, it, &rows[i])
		}
	}
	t.used.spend(good, c.now)
	rep := c.batchReply(rows, items, codes)
	rep.applied = good > 0
	return rep
}

// repeated says whether an id comes twice.
func repeated(rows []update) bool {
	ids := make([]string, len(rows))
	for i := range rows {
		ids[i] = rows[i].id
	}
	slices.Sort(ids)
	return len(slices.Compact(ids)) < len(rows)
}

// batchReply names each row in items or failed_items, but for those the script omits.
func (c *exchange) batchReply(rows []update, items []*item, codes []int) reply {
	out := append(make([]byte, 0, 512*len(rows)), `{"code":0,"msg":"success","data":{"items":[`...)
	n := 0
	for i, it := range items {
		if it == nil || slices.Contains(c.omit, rows[i].id) {
			continue
		}
		if n++; n > 1 {
			out = append(out, ',')
		}
		out = c.appendItem(out, it)
	}
	out = append(out, `],"failed_items":[`...)
	n = 0
	for i, code := range codes {
		if code == 0 || slices.Contains(c.omit, rows[i].id) {
			continue
		}
		if n++; n > 1 {
			out = append(out, ',')
		}
		out = append(out, `{"metric_item_id":`...)
		out = appendString(out, rows[i].id)
		out = append(out, `,"reason":`...)
		out = appendString(out, answerFor(code).msg)
		out = append(out, '}')
	}
	return reply{status: 200, body: append(out, `]}}`...)}
}
