package main

import (
	"context"
	"slices"
	"testing"
)

func TestTrialsEndInRows(t *testing.T) {
	var ended []string
	figure := Row{Name: "m/a", Value: 1}
	tests := []struct {
		name string
		run  func(*trial)
		want []string // verdicts
	}{
		{"runs to its end", func(tr *trial) { tr.report(figure) }, []string{""}},
		{"is skipped at once", func(tr *trial) { tr.Skipf("no %s", "browser") }, []string{"skipped"}},
		{"fails after a figure", func(tr *trial) { tr.report(figure); tr.Fatal("gone") }, []string{"", "failed"}},
		{"panics", func(*trial) { panic("boom") }, []string{"failed"}},
		{"reports an error and goes on", func(tr *trial) { tr.Errorf("bad"); tr.report(figure) }, []string{"", "failed"}},
	}
	for _, tt := range tests {
		ended = nil
		rows := (&bench{}).perform(context.Background(), measurement{name: "m", about: "what", run: func(tr *trial) {
			tr.Cleanup(func() { ended = append(ended, "first") })
			tr.Cleanup(func() { ended = append(ended, "second") })
			tt.run(tr)
		}})
		var got []string
		for _, r := range rows {
			got = append(got, r.Verdict())
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
		if !slices.Equal(ended, []string{"second", "first"}) {
			t.Errorf("%s: cleaned up %q, want the last first", tt.name, ended)
		}
	}
}
