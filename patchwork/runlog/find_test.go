package runlog

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestFind(t *testing.T) {
	root := t.TempDir()
	at := func(project, kind, out string, day int) string {
		w, err := Begin(filepath.Join(root, project, "runs"), Run{Kind: kind, Started: time.Date(2026, 11, day, 1, 2, 3, 0, time.UTC), Settings: map[string]string{"out": out}})
		if err != nil {
			t.Fatal(err)
		}
		w.End(Run{State: Done})
		return w.Dir()
	}
	a1, a2, b := at("a", "train", "", 1), at("a", "pretrain", "networks/n", 2), at("b", "pretrain", "net", 3)
	newer := at("b", "pretrain", "net", 4)
	for _, dir := range []string{"a/networks/n", "b/net", "empty"} {
		os.MkdirAll(filepath.Join(root, dir), 0o755)
	}
	p := func(names ...string) string { return filepath.Join(append([]string{root}, names...)...) }
	for _, c := range []struct {
		what  string
		place string
		names []string
		want  []string
	}{
		{"a run's folder", "", []string{b}, []string{b}},
		{"all of a project", "", []string{p("a")}, []string{a1, a2}},
		{"all of a folder of runs", "", []string{p("a", "runs")}, []string{a1, a2}},
		{"an ID behind its project", "", []string{p("a"), filepath.Base(a2)}, []string{a2}},
		{"parts of IDs", p("a"), []string{"-train", "20261102"}, []string{a1, a2}},
		{"several places", "", []string{p("b"), "20261103", p("a")}, []string{b, a1, a2}},
		{"a network beside its runs", "", []string{p("b", "net")}, []string{newer}},
		{"a network of a project", "", []string{p("a", "networks", "n")}, []string{a2}},
		{"nothing", "", nil, nil},
	} {
		got, err := Find(c.place, c.names...)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, %v; want %q", c.what, got, err, c.want)
		}
	}
	for want, names := range map[string][]string{
		`there is no run "x" in`: {p("a"), "x"}, "is a part of 2 runs": {p("a"), "2026"}, `there is no run "` + p("empty"): {p("empty")}, `there is no run ""`: {p("a"), ""},
	} {
		if got, err := Find("", names...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("of %q: %q, %v; want %q", names, got, err, want)
		}
	}
	if _, err := Find("", p("a"), "x", "y"); err == nil || strings.Count(err.Error(), "there is no run") != 2 {
		t.Errorf("of two that are not there: %v", err)
	}
}
