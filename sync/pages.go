package sync

import (
	"context"
	"errors"
	"iter"
	"time"

	"okrsync/feishu"
)

// The page sizes that are asked for. The largest that Feishu accepts is not
// documented.
const (
	pageSize      = 100
	smallPageSize = 10

	// mostEmpty is how many empty pages a list may have on its way to the next.
	mostEmpty = 10
)

var errEndless = errors.New("feishu's list does not end: its pages repeat or stay empty")

// All gives every entry of a list that comes in pages, trying each page as a
// row is tried. An error is the last thing yielded; if ctx ended, it is the cause.
func All[T any](ctx context.Context, r Retry, pacer *Pacer, page func(ctx context.Context, token string, size int) (feishu.Page[T], error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		size, token, seen, empty := pageSize, "", map[string]bool{}, 0
		for {
			var got feishu.Page[T]
			err := retry(ctx, r, pacer, func(error, time.Duration) {}, func() (err error) {
				got, err = page(ctx, token, size)
				return err
			})
			if size == pageSize && tooLarge(err) {
				size = smallPageSize
				continue
			}
			if err == nil && got.Next != "" && (seen[got.Next] || empty > mostEmpty) {
				err = errEndless
			}
			if err != nil {
				if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
					err = context.Cause(ctx)
				}
				yield(*new(T), err)
				return
			}
			if len(got.Items) == 0 {
				empty++
			}
			for _, entry := range got.Items {
				if !yield(entry, nil) {
					return
				}
			}
			if got.Next == "" {
				return
			}
			token, seen[got.Next] = got.Next, true
		}
	}
}

// tooLarge reports whether a page may have been refused for its size.
func tooLarge(err error) bool {
	refusal, ok := errors.AsType[*feishu.Error](err)
	return ok && (refusal.Code == feishu.CodeInvalidParameters || refusal.Code == feishu.CodeFieldInvalid)
}
