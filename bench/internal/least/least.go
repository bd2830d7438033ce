// Package least is what a program cannot do without that sends the rows of a sheet:
// reading them, and a few goroutines to send them. It checks nothing, remembers nothing and
// answers nothing; it is what okrsync's own costs are told by.
package least

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/xuri/excelize/v2"
	"golang.org/x/time/rate"
)

// A Row is an item and its current value, as they stand in the sheet.
type Row struct{ Item, Value string }

// A Program is one that sends rows.
type Program struct {
	URL           string // of the server
	Source, Table string
	Workers       int // goroutines that send
	Batch         int // rows in a call; 1 for a call of its own for each
	File          string
	Pace          *rate.Limiter // nil for none

	// Send makes one call and reports whether the server took it.
	Send func(ctx context.Context, rows []Row) (bool, error)
}

// FromFlags reads the command line.
func FromFlags() *Program {
	var p Program
	flag.StringVar(&p.URL, "url", "", "the server's address")
	flag.StringVar(&p.Source, "source", "7000000000000000001", "the metric source")
	flag.StringVar(&p.Table, "table", "7050000000000000001", "the metric table")
	flag.IntVar(&p.Workers, "workers", 7, "how many calls are made at a time")
	flag.IntVar(&p.Batch, "batch", 1, "how many rows a call has")
	pace := flag.Float64("pace", 0, "how many calls go out in a second, evenly; 0 for no bound")
	flag.Parse()
	p.File = flag.Arg(0)
	if *pace > 0 {
		p.Pace = rate.NewLimiter(rate.Limit(*pace), 1)
	}
	return &p
}

// Run sends all rows and says on standard output how many calls were taken, and how many
// were not.
func (p *Program) Run(ctx context.Context) error {
	var taken, refused atomic.Int64
	var failure atomic.Pointer[error]
	calls := make(chan []Row)
	var workers sync.WaitGroup
	for range p.Workers {
		workers.Go(func() {
			for rows := range calls {
				switch ok, err := p.send(ctx, rows); {
				case err != nil:
					failure.CompareAndSwap(nil, &err)
				case ok:
					taken.Add(1)
				default:
					refused.Add(1)
				}
			}
		})
	}
	err := p.read(func(rows []Row) { calls <- rows })
	close(calls)
	workers.Wait()
	if first := failure.Load(); first != nil {
		err = errors.Join(err, *first)
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]int64{"taken": taken.Load(), "refused": refused.Load()})
}

func (p *Program) send(ctx context.Context, rows []Row) (bool, error) {
	if p.Pace != nil {
		if err := p.Pace.Wait(ctx); err != nil {
			return false, err
		}
	}
	return p.Send(ctx, rows)
}

// read gives the rows of the file, as many at a time as a call has.
func (p *Program) read(each func([]Row)) error {
	var rows []Row
	add := func(cells []string) {
		rows = append(rows, Row{cells[0], cells[len(cells)-1]})
		if len(rows) == p.Batch {
			each(rows)
			rows = nil
		}
	}
	read := readCSV
	if filepath.Ext(p.File) == ".xlsx" {
		read = readXLSX
	}
	if err := read(p.File, add); err != nil {
		return err
	}
	if len(rows) > 0 {
		each(rows)
	}
	return nil
}

func readCSV(name string, add func([]string)) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	r := csv.NewReader(file)
	r.ReuseRecord = true
	for first := true; ; first = false {
		cells, err := r.Read()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case !first:
			add(cells)
		}
	}
}

func readXLSX(name string, add func([]string)) error {
	book, err := excelize.OpenFile(name, excelize.Options{RawCellValue: true})
	if err != nil {
		return err
	}
	defer book.Close()
	rows, err := book.Rows(book.GetSheetName(0))
	if err != nil {
		return err
	}
	for first := true; rows.Next(); first = false {
		cells, err := rows.Columns()
		if err != nil {
			return err
		}
		if !first {
			add(cells)
		}
	}
	return rows.Close()
}

// Main runs a program and ends the process.
func Main(p *Program) {
	if err := p.Run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		defer os.Exit(1) //nolint:forbidigo // this is main
	}
}
