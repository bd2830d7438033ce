package sync

import (
	"context"
	"errors"
	"iter"
	"strings"
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

	// mostPages is how many pages a list may have: ten million entries in large ones.
	mostPages = 100_000
)

// endless is the refusal of a list whose pages repeat or stay empty.
func endless() error {
	return &feishu.Error{Call: feishu.CallList, Code: feishu.CodeEndlessList, Class: feishu.ClassTransient}
}

// A pageFunc reads one page of a list.
type pageFunc[T any] func(ctx context.Context, token string, size int) (feishu.Page[T], error)

// All gives every entry of a list that comes in pages, trying each page as a
// row is tried. An error is the last thing yielded; if ctx ended, it is the cause.
func All[T any](ctx context.Context, r Retry, pacer *Pacer, page pageFunc[T]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		size := pageSize
		for got, err := range pagesOf(ctx, r, pacer, &size, func(error, time.Duration) {}, page) {
			if err != nil {
				yield(*new(T), err)
				return
			}
			for _, entry := range got.Items {
				if !yield(entry, nil) {
					return
				}
			}
		}
	}
}

// pagesOf gives the pages of a list, as All gives its entries. The size is that of the
// pages to ask for, and afterwards the one that Feishu accepts. again hears of tries.
func pagesOf[T any](ctx context.Context, r Retry, pacer *Pacer, size *int, again func(error, time.Duration), page pageFunc[T]) iter.Seq2[feishu.Page[T], error] {
	return func(yield func(feishu.Page[T], error) bool) {
		token, seen, empty := "", map[string]bool{}, 0
		for {
			var got feishu.Page[T]
			err := retry(ctx, r, pacer, again, func() (err error) {
				got, err = page(ctx, token, *size)
				return err
			})
			if *size == pageSize && tooLarge(err) {
				*size = smallPageSize
				continue
			}
			if tooLarge(err) {
				*size = pageSize // it was not for the size
			}
			if err == nil && got.Next != "" && (seen[got.Next] || empty > mostEmpty || len(seen) > mostPages) {
				err = endless()
			}
			if err != nil {
				yield(feishu.Page[T]{}, causeOf(ctx, err))
				return
			}
			if len(got.Items) == 0 {
				empty++
			}
			if !yield(got, nil) || got.Next == "" {
				return
			}
			token = strings.Clone(got.Next) // which may be a part of the whole page
			seen[token] = true
		}
	}
}

// causeOf returns why ctx ended, if that is what the error says.
func causeOf(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return context.Cause(ctx)
	}
	return err
}

// tooLarge reports whether a page may have been refused for its size.
func tooLarge(err error) bool {
	refusal, ok := errors.AsType[*feishu.Error](err)
	return ok && (refusal.Code == feishu.CodeInvalidParameters || refusal.Code == feishu.CodeFieldInvalid)
}
