package browsertest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/proto"
)

// finding is a rule of axe-core that a page breaks.
type finding struct {
	ID     string `json:"id"`
	Impact string `json:"impact"`
	Help   string `json:"help"`
	Nodes  []struct {
		HTML   string `json:"html"`
		Target []any  `json:"target"`
		Why    string `json:"failureSummary"`
	} `json:"nodes"`
}

// Axe fails the test where axe-core has a serious or critical finding on the page, in the light or the dark look. It
// skips, saying so, where scripts/setup-axe has fetched no axe-core.
func Axe(t *testing.T, page *rod.Page) {
	t.Helper()
	script, err := os.ReadFile(filepath.Join(Root(t), "build", "axe", "axe.min.js"))
	if err != nil {
		t.Skip("browsertest: no axe-core; run scripts/setup-axe")
	}
	for _, look := range []string{"light", "dark"} {
		media := proto.EmulationSetEmulatedMedia{Features: []*proto.EmulationMediaFeature{{Name: "prefers-color-scheme", Value: look}, {Name: "prefers-reduced-motion", Value: "reduce"}}}
		if err := media.Call(page); err != nil {
			t.Fatal(err)
		}
		// Evaluated by the tools and not as a script of the page, whose policy forbids it.
		if _, err := (proto.RuntimeEvaluate{Expression: string(script) + ";0"}).Call(page); err != nil {
			t.Fatal(err)
		}
		result, err := page.Eval(`async () => JSON.stringify((await axe.run(document, { resultTypes: ["violations"] })).violations)`)
		if err != nil {
			t.Fatalf("browsertest: axe-core: %v", err)
		}
		var findings []finding
		if err := json.Unmarshal([]byte(result.Value.Str()), &findings); err != nil {
			t.Fatal(err)
		}
		for _, f := range findings {
			if f.Impact != "serious" && f.Impact != "critical" {
				continue
			}
			var where []string
			for _, n := range f.Nodes[:min(4, len(f.Nodes))] {
				where = append(where, n.HTML+"\n    "+strings.ReplaceAll(n.Why, "\n", " "))
			}
			t.Errorf("%s, %s: %s (%s), %d places:\n  %s", look, f.Impact, f.Help, f.ID, len(f.Nodes), strings.Join(where, "\n  "))
		}
	}
}
