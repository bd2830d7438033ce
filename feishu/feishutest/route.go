package feishutest

import (
	"net/http"
	"strings"
)

const (
	tokenPath   = "/open-apis/auth/v3/tenant_access_token/internal" //nolint:gosec // a path, no credential
	sourcesPath = "/open-apis/okr/v1/metric_sources"
	botPath     = "/open-apis/bot/v2/hook/"
)

// route is what a request's method and path mean. The ids are as they stand in the path, escapes and all: one that
// needed any is no id.
type route struct {
	kind                Call // "" if the API has no such path or method
	source, table, item string
	hook                string // the token of a bot's webhook
}

func findRoute(r *http.Request) route {
	path := r.URL.Path
	if r.URL.RawPath != "" {
		path = r.URL.RawPath
	}
	if path == tokenPath && r.Method == http.MethodPost {
		return route{kind: Token}
	}
	if token, ok := strings.CutPrefix(path, botPath); ok && token != "" && !strings.Contains(token, "/") {
		return only(r, http.MethodPost, route{kind: Bot, hook: token})
	}
	rest, ok := strings.CutPrefix(path, sourcesPath)
	if !ok {
		return route{}
	}
	if rest == "" {
		return only(r, http.MethodGet, route{kind: Sources})
	}
	return below(r, rest)
}

// below reads /:source/tables[/:table/items[/:item]].
func below(r *http.Request, rest string) route {
	var part [5]string
	n := 0
	for rest != "" {
		if rest[0] != '/' || n == len(part) {
			return route{}
		}
		end := strings.IndexByte(rest[1:], '/') + 1
		if end == 0 {
			end = len(rest)
		}
		if end == 1 {
			return route{}
		}
		part[n], rest = rest[1:end], rest[end:]
		n++
	}
	if n < 2 || part[1] != "tables" || n > 3 && part[3] != "items" {
		return route{}
	}
	switch found := (route{source: part[0], table: part[2], item: part[4]}); n {
	case 2:
		found.kind = Tables
		return only(r, http.MethodGet, found)
	case 4:
		found.kind = List
		return only(r, http.MethodGet, found)
	case 5:
		return itemRoute(r, found)
	}
	return route{}
}

// itemRoute tells get, patch and batch_update apart.
func itemRoute(r *http.Request, found route) route {
	switch {
	case r.Method == http.MethodGet:
		found.kind = Get
	case r.Method != http.MethodPatch:
		return route{}
	case found.item == "batch_update":
		found.kind, found.item = BatchUpdate, ""
	default:
		found.kind = Patch
	}
	return found
}

func only(r *http.Request, method string, found route) route {
	if r.Method != method {
		return route{}
	}
	return found
}
