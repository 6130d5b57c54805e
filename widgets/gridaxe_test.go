package widgets

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/go-rod/rod/lib/input"
	"github.com/gopatchwork/patchwork/internal/browsertest"
)

// TestGridIsAccessible lets axe-core look at the grid and at all that opens over it, in both looks. It finds nothing that
// it calls wrong, or the test fails.
func TestGridIsAccessible(t *testing.T) {
	b, url := browser(t), fixture(t)
	axe, err := os.ReadFile(filepath.Join(browsertest.Root(t), "build", "axe", "axe.min.js"))
	if err != nil {
		t.Skip("axe-core is missing; run: scripts/setup-axe")
	}
	for _, query := range []string{"", "?pages=1000&looks", "?classes=10&n=16", "?quick=1"} {
		for _, dark := range []bool{false, true} {
			page := open(t, b, url+query, dark)
			page.MustElement("[role=grid]").MustFocus()
			page.MustEval("() => { " + string(axe) + " }")
			for _, state := range []struct {
				name string
				key  input.Key
			}{{"selected", input.KeyA}, {"help", input.KeyH}, {"menu", input.KeyM}, {"full image", input.KeyZ}, {"note", input.KeyT}, {"why", input.KeyW}} {
				press(page, state.key)
				found := page.MustEval(`async () => (await axe.run("#grid, #buttons")).violations.map((v) =>
					v.impact + " " + v.id + ": " + v.nodes.slice(0, 3).map((n) => n.target + " " + n.failureSummary).join("; ")).join("\n")`).Str()
				if found != "" {
					t.Errorf("%s %s, dark %v:\n%s", query, state.name, dark, found)
				}
				press(page, input.Escape)
			}
			page.MustClose()
		}
	}
}
