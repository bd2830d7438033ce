package main

import (
	"bytes"
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
		Short: p.phrase("生成一个指标表的工作簿，填好后可直接同步回去", "write a workbook of a table's live items, ready to fill in and sync back"),
		Long:  p.page("template"),
		Example: `  okrsync template --source ID --table ID q3.xlsx
  okrsync template --source ID --table ID --lang zh - > q3.xlsx`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("最多给出一个文件：okrsync template FILE.xlsx", "one file at the most: okrsync template FILE.xlsx")
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
				problems = append(problems, sync.Textf("缺少%[2]v：请给出 --%[1]s ID，或设置 target.metric_%[1]s_id；okrsync tables 会列出",
					"the metric %[1]s is missing: give --%[1]s ID, or set target.metric_%[1]s_id; okrsync tables lists them", what, targetWords[what]))
			}
			if len(problems) > 0 {
				return &usageError{problems}
			}
			next := "okrsync plan"
			if f := cmd.Flag("config"); f.Changed {
				next += " -c " + shellWord(f.Value.String())
			}
			next += fmt.Sprintf(" --source %s --table %s --user-id-type %s", c.target.SourceID, c.target.ID, c.userIDType)
			return p.template(cmd.Context(), c, append(args, "")[0], next)
		},
	}
	addSettings(cmd.Flags(), "source", "table", "out", "rate", "max-calls", "user-id-type")
	return cmd
}

// template writes the template to the named file, "" for one of its own choice, and
// says that next is what to type for it.
func (p *program) template(ctx context.Context, c config, name, next string) error {
	if name != stdinName {
		if err := c.checkTemplateName(&name); err != nil {
			return err
		}
	}
	var workbook bytes.Buffer
	rows, err := p.writeTemplate(ctx, c, &workbook)
	if spent, ok := errors.AsType[*sync.BudgetError](err); ok {
		spent.TooFew = true // running it again would come no further
	}
	if err != nil {
		return err
	}
	if name == stdinName {
		_, err := workbook.WriteTo(p.stdout)
		return err
	}
	if err := writeNew(name, workbook.Bytes()); err != nil {
		return err
	}
	fmt.Fprintln(p.stdout, name)
	p.say(phrase(c.lang, fmt.Sprintf("%d 个指标项", rows), plural(rows, "item")))
	p.sayNext(step{phrase(c.lang, "填写后运行 ", "fill it in, then "), next + " " + shellWord(name)})
	return nil
}

// checkTemplateName finds out where the template goes: the named file, the .xlsx file
// that --out names, or one in the folder of --out. Nothing may be there yet.
func (c config) checkTemplateName(name *string) error {
	switch {
	case *name != "" && !isXLSX(*name):
		return usagef("%s：模板是 XLSX 工作簿，文件名请以 .xlsx 结尾", "%s: a template is an XLSX workbook: give it a name that ends in .xlsx", *name)
	case *name != "":
	case isXLSX(c.out):
		*name = c.out
	default:
		*name = filepath.Join(c.out, "template-"+c.target.ID+".xlsx")
	}
	if _, err := os.Lstat(*name); err == nil {
		return thereAlready(*name)
	}
	return nil
}

func isXLSX(name string) bool { return strings.EqualFold(filepath.Ext(name), ".xlsx") }

func thereAlready(name string) error {
	return usagef("%s 已经存在，不会覆盖：请换一个文件名", "%s is there already, and nothing is overwritten: name another file", name)
}

// writeTemplate reads the live items of the configured table and writes a template of
// them. It returns how many there are.
func (p *program) writeTemplate(ctx context.Context, c config, w io.Writer) (int, error) {
	pacer := c.pacer()
	pacer.OnPause = func(pause sync.Pause) { p.say(pauseText(pause, c.lang)) }
	client, err := c.client(pacer)
	if err != nil {
		return 0, err
	}
	defer client.Close()
	page := func(ctx context.Context, token string, size int) (feishu.Page[feishu.Item], error) {
		return client.Items(ctx, c.target, token, size)
	}
	return source.WriteTemplate(w, c.lang, templateItems(sync.All(ctx, c.retry, pacer, page), c.lang))
}

// templateItems gives live items as a template shows them.
func templateItems(items iter.Seq2[feishu.Item, error], lang string) iter.Seq2[source.TemplateItem, error] {
	return func(yield func(source.TemplateItem, error) bool) {
		for item, err := range items {
			unit := item.Unit.English
			if lang == "zh" || unit == "" {
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
	}
}

// writeNew writes a file under a name that is not taken: into a temporary one beside
// it, which gets its name when it is complete. It is readable by its owner only.
func writeNew(name string, content []byte) error {
	folder := filepath.Dir(name)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fault{doing: makingFolder, where: folder, err: err}
	}
	file, err := os.CreateTemp(folder, ".okrsync-*")
	if err != nil {
		return fault{doing: writingFiles, where: folder, err: err}
	}
	_, err = file.Write(content)
	if err = errors.Join(err, file.Sync(), file.Close()); err == nil {
		err = os.Link(file.Name(), name) // which, unlike renaming, replaces nothing
	}
	if _, there := os.Lstat(name); err != nil && errors.Is(there, fs.ErrNotExist) {
		err = os.Rename(file.Name(), name) // where files cannot be linked
	}
	_ = os.Remove(file.Name()) // unless it was renamed
	switch {
	case errors.Is(err, fs.ErrExist):
		return thereAlready(name)
	case err != nil:
		return fault{doing: writingFiles, where: name, err: err}
	}
	return nil
}
