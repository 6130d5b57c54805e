package patchwork

import (
	"fmt"

	"github.com/gopatchwork/patchwork/patchwork/runlog"
	"github.com/gopatchwork/patchwork/widgets/host"
)

// Runs shows the runs, the newest first.
func (n *Notebook) Runs() {
	runs, err := n.Project.Runs()
	check(err)
	fmt.Print(RunTable(runs))
}

// ShowRuns shows runs side by side: a table of what differs and of what was measured, the best in bold, and the curves of all runs in one chart for
// each metric. Runs are named as for Project.CompareRuns; without any they are the last ones.
func (n *Notebook) ShowRuns(ids ...string) runlog.Comparison {
	return n.ShowRunCurves(RunChartOptions{}, ids...)
}

// ShowRunCurves is ShowRuns with a say in the curves:
//
//	p.ShowRunCurves(patchwork.RunChartOptions{Over: runlog.BySeconds, Smooth: 0.6, Metrics: []string{"loss"}})
func (n *Notebook) ShowRunCurves(o RunChartOptions, ids ...string) runlog.Comparison {
	c, err := n.Project.CompareRuns(ids...)
	check(err)
	sheet, err := RunCharts(c, o)
	check(err)
	if !host.InNotebook() {
		fmt.Print(c)
		check(sheet.Show())
		return c
	}
	charts, err := sheet.StaticHTML()
	check(err)
	check(host.DisplayOnce(comparisonTable(c) + charts))
	return c
}
