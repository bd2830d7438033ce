// Command sheets writes a sheet with a value for each of the simulator's first items. It
// is a process of its own, since what it takes of memory would count as its caller's and so
// as that of every process its caller starts.
package main

import (
	"bufio"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/xuri/excelize/v2"
)

func main() {
	rows := flag.Int("rows", 1000, "how many rows the sheet has")
	wide := flag.Bool("wide", false, "six columns, as people's sheets have them, instead of the item and its value")
	flag.Parse()
	if err := write(flag.Arg(0), *rows, *wide); err != nil {
		fmt.Fprintln(os.Stderr, err)
		defer os.Exit(1) //nolint:forbidigo // this is main
	}
}

func write(name string, rows int, wide bool) error {
	if filepath.Ext(name) == ".xlsx" {
		return writeXLSX(name, rows, wide)
	}
	return writeCSV(name, rows, wide)
}

// cells are those of a row; row 0 is the header.
func cells(row int, wide bool) []string {
	// Ids that end in zeros are left out: okrsync takes those for rounded ones.
	// The last column is the one that is sent, for the programs that know no headers.
	switch {
	case row == 0 && wide:
		return []string{"metric_item_id", "name", "metric_initial_value", "metric_target_value", "supported_user_id", "metric_current_value"}
	case row == 0:
		return []string{"metric_item_id", "metric_current_value"}
	}
	item, value := strconv.Itoa(7100000000000000000+row+(row-1)/9999), strconv.FormatFloat(100000+float64(row)/8, 'f', -1, 64)
	if wide {
		return []string{item, "销售额 Sales", "0", strconv.Itoa(300000 + row), "ou_7d8a6e6df7621556ce0d21922b676706ccs", value}
	}
	return []string{item, value}
}

func writeCSV(name string, rows int, wide bool) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(file, 1<<16)
	w := csv.NewWriter(out)
	for row := range rows + 1 {
		if err := w.Write(cells(row, wide)); err != nil {
			return errors.Join(err, file.Close())
		}
	}
	w.Flush()
	return errors.Join(w.Error(), out.Flush(), file.Close())
}

func writeXLSX(name string, rows int, wide bool) error {
	book := excelize.NewFile()
	defer book.Close()
	w, err := book.NewStreamWriter("Sheet1")
	if err != nil {
		return err
	}
	for row := range rows + 1 {
		texts := cells(row, wide)
		values := make([]any, len(texts))
		for i, text := range texts {
			values[i] = text
			if number, err := strconv.ParseFloat(text, 64); err == nil && i > 0 {
				values[i] = number
			}
		}
		if err := w.SetRow("A"+strconv.Itoa(row+1), values); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return book.SaveAs(name)
}
