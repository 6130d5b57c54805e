package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The events are made by the go command itself from a module of a few tests, not written down by us.
func TestReportOfRealEvents(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module example.com/m\n\ngo 1.24\n",
		"good/a_test.go": `package good
import "testing"
func TestOne(t *testing.T) { t.Log("quiet") }
func TestTwo(t *testing.T) { for _, n := range []string{"x", "y"} { t.Run(n, func(*testing.T) {}) } }
func TestLater(t *testing.T) { t.Skip("no moon tonight") }
`,
		"bad/a_test.go": `package bad
import "testing"
func TestSum(t *testing.T) { t.Run("small", func(t *testing.T) { t.Error("got 3, want 4") }) }
func TestParent(t *testing.T) { t.Run("fine", func(*testing.T) {}); t.Error("only the parent") }
`,
		"dies/a_test.go":   "package dies\nimport \"testing\"\nfunc TestDies(t *testing.T) { panic(\"ouch\") }\n",
		"broken/a_test.go": "package broken\nvar x int = \"no\"\n",
		"empty/a.go":       "package empty\n",
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		packages string
		want     []string
		never    string
		ok       bool
	}{
		{packages: "./good ./empty", ok: true, want: []string{"ok  \texample.com/m/good", "skipped TestLater: a_test.go:5: no moon tonight", "\n3 passed, 0 failed, 1 skipped\n"}, never: "quiet"},
		{packages: "./good ./bad", want: []string{"FAILED example.com/m/bad TestSum/small", "got 3, want 4", "only the parent", "FAIL\texample.com/m/bad", "\n4 passed, 2 failed, 1 skipped\n"}},
		{packages: "./dies", want: []string{"ouch", "0 passed, 1 failed, 0 skipped\n"}},
		{packages: "./broken ./good", want: []string{"a_test.go:2", "3 passed, 1 failed, 1 skipped\n"}},
		{packages: "./empty", want: []string{"0 passed, 0 failed, 0 skipped\n"}},
	} {
		t.Run(tt.packages, func(t *testing.T) {
			cmd := exec.Command("go", append([]string{"test", "-json"}, strings.Fields(tt.packages)...)...)
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
			events, _ := cmd.Output() // fails where its tests do
			var out strings.Builder
			r := newReport(&out)
			if err := r.read(strings.NewReader(string(events))); err != nil {
				t.Fatal(err)
			}
			if ok := r.end(); ok != tt.ok {
				t.Errorf("end reports %v, want %v", ok, tt.ok)
			}
			for _, want := range tt.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("the report lacks %q:\n%s", want, out.String())
				}
			}
			if tt.never != "" && strings.Contains(out.String(), tt.never) {
				t.Errorf("the report shows %q of a test that passed:\n%s", tt.never, out.String())
			}
		})
	}
}
