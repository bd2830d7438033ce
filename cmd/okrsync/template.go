package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"okrsync/feishu"
	"okrsync/source"
	"okrsync/sync"
)

func (p *program) templateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "template [FILE.xlsx]",
		Short: "write a workbook of a table's live items, ready to fill in and sync back",
		Long: `template reads the items of a metric table and writes a workbook with a row for
each: the id as text, the owner, the unit and the values it has now, all of them
locked, and empty columns to fill in. Blank cells leave a value as it is, so a
workbook that is sent back as it came changes nothing.

Without FILE.xlsx it is written into the folder of --out, under the table's id.
A file that is there already is left alone; - is standard output.`,
		Example: `  okrsync template --source ID --table ID q3.xlsx
  okrsync template --source ID --table ID --lang zh - > q3.xlsx`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("one file at the most: okrsync template FILE.xlsx")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := p.load(cmd)
			if err != nil {
				return err
			}
			problems := c.checkCredentials()
			for _, what := range missingTargets(c, nil) {
				problems = append(problems, fmt.Sprintf("the metric %[1]s is missing: give --%[1]s ID, or set target.metric_%[1]s_id; okrsync tables lists them", what))
			}
			if len(problems) > 0 {
				return &usageError{problems}
			}
			return p.template(cmd.Context(), c, append(args, "")[0])
		},
	}
	addSettings(cmd, "source", "table", "out", "rate", "max-calls", "user-id-type", "lang")
	return cmd
}

// template writes the template to the named file, "" for one of its own choice.
func (p *program) template(ctx context.Context, c config, name string) error {
	items, closing, err := c.templateItems(ctx)
	if err != nil {
		return err
	}
	defer closing()
	if name == stdinName {
		_, err := source.WriteTemplate(p.stdout, c.lang, items)
		return err
	}
	name, err = c.templateName(name)
	if err != nil {
		return err
	}
	rows := 0
	err = writeNew(name, func(w io.Writer) (err error) {
		rows, err = source.WriteTemplate(w, c.lang, items)
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(p.stdout, name)
	p.say(phrase(c.lang, fmt.Sprintf("%d 个指标项", rows), plural(rows, "item")))
	p.say(phrase(c.lang, "下一步：填写后运行 ", "next: fill it in, then ") +
		fmt.Sprintf("okrsync plan --source %s --table %s %s", c.target.SourceID, c.target.ID, shellWord(name)))
	return nil
}

// templateName is where the template goes: the named file, the .xlsx file that --out
// names, or one in the folder of --out.
func (c config) templateName(name string) (string, error) {
	switch {
	case name != "" && !strings.EqualFold(filepath.Ext(name), ".xlsx"):
		return "", usagef("%s: a template is an XLSX workbook: give it a name that ends in .xlsx", name)
	case name != "":
	case strings.EqualFold(filepath.Ext(c.out), ".xlsx"):
		name = c.out
	default:
		if err := os.MkdirAll(c.out, 0o700); err != nil {
			return "", fault{doing: makingFolder, where: c.out, err: err}
		}
		name = filepath.Join(c.out, "template-"+c.target.ID+".xlsx")
	}
	if _, err := os.Stat(filepath.Dir(name)); errors.Is(err, fs.ErrNotExist) {
		return "", usagef("%s: there is no folder %s", name, filepath.Dir(name))
	}
	if _, err := os.Lstat(name); err == nil {
		return "", usagef("%s is there already, and nothing is overwritten: name another file", name)
	}
	return name, nil
}

// templateItems gives the live items of the configured table.
func (c config) templateItems(ctx context.Context) (iter.Seq2[source.TemplateItem, error], func(), error) {
	pacer := sync.NewPacer(c.limits, c.burst)
	pacer.Allow(c.maxCalls)
	client, err := c.client(pacer)
	if err != nil {
		return nil, nil, err
	}
	page := func(ctx context.Context, token string, size int) (feishu.Page[feishu.Item], error) {
		return client.Items(ctx, c.target, token, size)
	}
	return func(yield func(source.TemplateItem, error) bool) {
		for item, err := range sync.All(ctx, c.retry, pacer, page) {
			unit := item.Unit.English
			if c.lang == "zh" || unit == "" {
				unit = item.Unit.Chinese
			}
			if !yield(source.TemplateItem{
				ItemID: item.ID, UserID: item.UserID, Unit: unit,
				Initial: item.Initial.String(), Target: item.Target.String(), Current: item.Current.String(),
				SupportedUserID: item.SupportedUserID,
			}, err) {
				return
			}
		}
	}, client.Close, nil
}

// writeNew writes a file under a name that is not taken: into a temporary one beside
// it, which gets its name when it is complete. It is readable by its owner only.
func writeNew(name string, write func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(name), ".okrsync-*")
	if err != nil {
		return fault{doing: writingFiles, where: name, err: err}
	}
	written := write(file)
	if written == nil {
		err = errors.Join(file.Sync(), file.Close())
	} else {
		_ = file.Close() // it is removed anyway
	}
	if written == nil && err == nil {
		if err = os.Link(file.Name(), name); err != nil && !errors.Is(err, fs.ErrExist) {
			err = os.Rename(file.Name(), name) // where there are no links
		}
	}
	_ = os.Remove(file.Name()) // unless it was renamed
	switch {
	case written != nil:
		return written
	case errors.Is(err, fs.ErrExist):
		return usagef("%s is there already, and nothing is overwritten: name another file", name)
	case err != nil:
		return fault{doing: writingFiles, where: name, err: err}
	}
	return nil
}
