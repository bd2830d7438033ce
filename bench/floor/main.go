// Command floor does nothing but read a sheet and send it, with the standard library: no
// program that does so with net/http can cost much less.
package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"

	"okrsync/bench/internal/least"
)

func main() {
	alone := flag.Bool("inflate", false, "only inflate and checksum the file, as the least that reading a workbook takes")
	p := least.FromFlags()
	if *alone {
		if err := inflate(p.File); err != nil {
			fmt.Fprintln(os.Stderr, err)
			defer os.Exit(1) //nolint:forbidigo // this is main
		}
		return
	}
	transport := &http.Transport{MaxIdleConnsPerHost: p.Workers, MaxConnsPerHost: p.Workers}
	c := client{http: &http.Client{Transport: transport}, program: p}
	if err := c.login(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		defer os.Exit(1) //nolint:forbidigo // this is main
		return
	}
	p.Send = c.send
	least.Main(p)
}

// inflate inflates all parts of a workbook, which checks their sums.
func inflate(name string) error {
	book, err := zip.OpenReader(name)
	if err != nil {
		return err
	}
	defer func() { _ = book.Close() }() // it was only read
	for _, part := range book.File {
		r, err := part.Open()
		if err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, r); err != nil { //nolint:gosec // a workbook of our own
			return err
		}
		r.Close()
	}
	return nil
}

type client struct {
	http    *http.Client
	program *least.Program
	token   string
}

// login asks for the app's token.
func (c *client) login(ctx context.Context) error {
	var reply struct {
		Token string `json:"tenant_access_token"`
	}
	body := []byte(`{"app_id":"a","app_secret":"b"}`)
	err := c.call(ctx, http.MethodPost, "/open-apis/auth/v3/tenant_access_token/internal", body, &reply)
	c.token = "Bearer " + reply.Token
	return err
}

// send makes the call that updates the rows.
func (c *client) send(ctx context.Context, rows []least.Row) (bool, error) {
	path := "/open-apis/okr/v1/metric_sources/" + c.program.Source + "/tables/" + c.program.Table + "/items/"
	var body []byte
	if c.program.Batch == 1 {
		path += rows[0].Item
		body = append(append(append(body, `{"metric_current_value":`...), rows[0].Value...), '}')
	} else {
		path += "batch_update"
		body = append(body, `{"items":[`...)
		for i, row := range rows {
			if i > 0 {
				body = append(body, ',')
			}
			body = fmt.Appendf(body, `{"metric_item_id":"%s","metric_current_value":%s}`, row.Item, row.Value)
		}
		body = append(body, "]}"...)
	}
	var reply struct {
		Code int `json:"code"`
	}
	err := c.call(ctx, http.MethodPatch, path+"?user_id_type=open_id", body, &reply)
	return err == nil && reply.Code == 0, err
}

func (c *client) call(ctx context.Context, method, path string, body []byte, reply any) error {
	r, err := http.NewRequestWithContext(ctx, method, c.program.URL+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", c.token)
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	answer, err := c.http.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, reply)
}
