package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"okrsync/feishu"
	"okrsync/sync"
)

func (p *program) tablesCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "tables",
		Short: p.phrase("列出指标来源及其指标表的 ID 和名称", "list metric sources and their tables with ids and names"),
		Long:  p.page("tables"),
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := p.load(cmd)
			if err != nil {
				return err
			}
			if problems := c.checkCredentials(); len(problems) > 0 {
				return &usageError{problems}
			}
			return p.tables(cmd.Context(), c, asJSON)
		},
	}
	addSettings(cmd.Flags(), "rate")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write one line of JSON for each table")
	return cmd
}

// A listedTable is a line of the list.
type listedTable struct {
	SourceID   string `json:"metric_source_id"`
	SourceName string `json:"metric_source_name"`
	TableID    string `json:"metric_table_id"`
	TableName  string `json:"metric_table_name"`
	PeriodID   string `json:"period_id"`
}

// tables writes the list to standard output as it comes in.
func (p *program) tables(ctx context.Context, c config, asJSON bool) error {
	pacer := c.pacer()
	client, err := c.client(pacer)
	if err != nil {
		return err
	}
	defer client.Close()
	found := 0
	for source, err := range sync.All(ctx, c.retry, pacer, client.Sources) {
		if err != nil {
			return err
		}
		tables := func(ctx context.Context, token string, size int) (feishu.Page[feishu.SourceTable], error) {
			return client.Tables(ctx, source.ID, token, size)
		}
		for table, err := range sync.All(ctx, c.retry, pacer, tables) {
			if err != nil {
				return err
			}
			found++
			p.table(listedTable{source.ID, source.Name, table.ID, table.Name, table.PeriodID}, asJSON, found == 1)
		}
	}
	if found == 0 && !asJSON {
		p.say(phrase(c.lang, "此应用看不到任何指标表；请指标库管理员授权该应用", "the app sees no metric table; have the metric source's administrator authorise it"))
	}
	return nil
}

// table writes one line of the list, with a header before the first.
func (p *program) table(t listedTable, asJSON, first bool) {
	if asJSON {
		p.printJSON(t)
		return
	}
	line := func(source, table, sourceName, tableName string) {
		fmt.Fprintf(p.stdout, "%-20s  %-20s  %s  %s\n", source, table, terminal.FillRight(sourceName, 20), tableName)
	}
	if first {
		line("metric_source_id", "metric_table_id", "source", "table")
	}
	line(t.SourceID, t.TableID, printable(t.SourceName), printable(t.TableName))
}
