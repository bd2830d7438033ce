package feishutest

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
)

func (s *Server) listSources(c *exchange) reply {
	return s.list(c, len(s.world.order), func(out []byte, i int) []byte {
		src := s.world.order[i]
		out = appendText(append(out, '{'), "metric_source_id", src.ID)
		out = appendText(append(out, ','), "metric_source_name", src.Name)
		out = appendText(append(out, ','), "metric_name", src.MetricName)
		return append(appendUnit(append(out, ','), src.Unit), '}')
	})
}

func (s *Server) listTables(c *exchange) reply {
	src := s.world.sources[c.source]
	if src == nil {
		return c.refuse(codeNotFound)
	}
	return s.list(c, len(src.tables), func(out []byte, i int) []byte {
		t := src.tables[i]
		out = appendText(append(out, '{'), "metric_table_id", t.ID)
		out = appendText(append(out, ','), "metric_table_name", t.Name)
		return append(appendText(append(out, ','), "period_id", t.PeriodID), '}')
	})
}

func (s *Server) listItems(c *exchange) reply {
	t, code := s.findTable(c)
	if code != 0 {
		return c.refuse(code)
	}
	return s.list(c, len(t.items), func(out []byte, i int) []byte { return c.appendItem(out, t.items[i]) })
}

// list answers one page of a list of n entries that write appends.
func (s *Server) list(c *exchange, n int, write func(out []byte, i int) []byte) reply {
	size := s.config.PageSizeDefault
	if text := c.query.Get("page_size"); text != "" {
		var err error
		if size, err = strconv.Atoi(text); err != nil || size <= 0 {
			return c.violation("page_size", text, "the value must be a whole number above 0")
		}
		if size > s.config.PageSizeMax {
			return c.refuse(codeInvalid)
		}
	}
	begin, ok := c.pageStart()
	if !ok || begin > n {
		return c.refuse(codeInvalid)
	}
	end := min(begin+size, n)
	out := append(make([]byte, 0, 512*(end-begin)+64), `{"code":0,"msg":"success","data":{"items":[`...)
	for i := begin; i < end; i++ {
		if i > begin {
			out = append(out, ',')
		}
		out = write(out, i)
	}
	more, next := end < n, ""
	switch {
	case c.page == "same":
		more, next = true, c.pageToken(begin)
	case c.page == "empty":
		more = true
	case more:
		next = c.pageToken(end)
	}
	out = appendText(append(out, `],`...), "page_token", next)
	out = append(out, `,"has_more":`...)
	out = strconv.AppendBool(out, more)
	if s.config.ListTotal {
		out = strconv.AppendInt(append(out, `,"total":`...), int64(n), 10)
	}
	return reply{status: 200, body: append(out, `}}`...)}
}

// pageToken names the page that begins at an offset of this list. It carries a check so that only tokens that were
// given out, and for this list, are taken back.
func (c *exchange) pageToken(begin int) string {
	sum := fnv.New32a()
	fmt.Fprint(sum, c.kind, c.source, "/", c.table, "/", begin)
	return fmt.Sprintf("%x-%08x", begin, sum.Sum32())
}

// pageStart reads the offset from the request's page_token.
func (c *exchange) pageStart() (int, bool) {
	text := c.query.Get("page_token")
	if text == "" {
		return 0, true
	}
	offset, _, _ := strings.Cut(text, "-")
	begin, err := strconv.ParseInt(offset, 16, 0)
	return int(begin), err == nil && begin >= 0 && text == c.pageToken(int(begin))
}
