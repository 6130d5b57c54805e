package e2e

import (
	"testing"
	"time"

	"github.com/go-rod/rod/lib/input"

	"github.com/gopatchwork/patchwork/internal/browsertest"
)

// TestStudioIsAccessible audits the studio with labels, a model, open panels and a histogram.
func TestStudioIsAccessible(t *testing.T) {
	Slow(t)
	program := Program(t)
	project := scenesProject(t, program)
	served, _ := Serve(t, program, project)
	s := OpenStudio(t, StartBrowser(t), served.Link)
	for i := range 12 {
		s.Press([]input.Key{input.Digit1, input.Digit2, input.Digit3}[i%3], input.Space)
	}
	s.Saved()
	s.Click("#train")
	s.Until("training is done", time.Minute, `() => /^Trained on/.test(document.getElementById("outcome").textContent)`)
	s.Until("all is open", 10*time.Second, `() => { document.querySelectorAll("details").forEach(d => d.open = true);
		const select = document.querySelector("#histogram select"); select.value = "water"; select.dispatchEvent(new Event("change")); return true }`)
	s.Until("the bars are drawn", 10*time.Second, `() => document.querySelectorAll("#histogram .bars button").length === 20`)
	s.Until("the class is measured", 10*time.Second, `() => { document.querySelector("#measure details").open = true; return document.querySelectorAll("#measure .pw-matrix td").length === 36 }`)
	s.openMap()
	browsertest.Axe(t, s.Page)
	Screenshot(t, s.Page, "studio-measured")
}
