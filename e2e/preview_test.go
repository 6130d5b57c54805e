package e2e

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-rod/rod/lib/input"
)

// TestTuneAugmentationInANotebook moves a slider and chooses a set in a cell, and gets the parameters back.
func TestTuneAugmentationInANotebook(t *testing.T) {
	Slow(t)
	j := StartJupyter(t, JupyterOptions{})
	j.Write(t, "tune.ipynb",
		fmt.Sprintf("import (\n\t\"github.com/gopatchwork/patchwork/patchwork\"\n\t\"github.com/gopatchwork/patchwork/patchwork/augment\"\n)\n%%%%\n"+
			"patchwork.MustInit(\"scenes\", patchwork.InitOptions{Images: []string{%q}})", filepath.Join(Root(t), "testdata", "scenes", "images")),
		"var p = patchwork.MustOpen(\"scenes\")\n%%\nparams := p.TuneAugmentation(augment.Default(), 12)\nfmt.Println(\"chosen:\", params == augment.FalconCho(), params.Shear)",
	)
	n := j.Open(t, StartBrowser(t), "tune.ipynb")
	n.Run(0, 3*time.Minute)
	n.Start(1)
	s := n.Frame(1)
	const shown = `() => { const all = [...document.querySelectorAll(".pw-pictures img")]; return all.length === 16 && all.every(i => i.complete && i.naturalWidth === 224) }`
	s.Until("original and 15 views are shown", 30*time.Second, shown)
	s.Until("the list names the set", 10*time.Second, `() => document.querySelector(".pw-tools select").selectedOptions[0].textContent === "default"`)
	before := s.source()
	s.Click("#pw-control-3") // shear: a click in the middle of the slider
	s.Press(input.ArrowLeft)
	s.Until("the text knows the shear", 10*time.Second, `() => /shear: 0\.[345]/.test(document.querySelector(".pw-text").textContent)`)
	s.Until("new pictures are shown", 10*time.Second, shown)
	if after := s.source(); after == before {
		t.Error("the pictures have the address that they had before")
	}
	Screenshot(t, n.Page, "notebook-preview")
	s.Until("another set is chosen", 10*time.Second, `() => { const list = document.querySelector(".pw-tools select");
		list.value = [...list.options].find(o => o.textContent === "falcon-cho").value; list.dispatchEvent(new Event("change")); return true }`)
	s.Until("its parameters are shown", 10*time.Second, `() => /jitter: 1/.test(document.querySelector(".pw-text").textContent)`)
	s.Click(".pw-celltools .pw-main")
	if got := n.Wait(1, 30*time.Second); !strings.Contains(got, "chosen: true 0") || !strings.Contains(got, "jitter: 1") {
		t.Errorf("the cell shows %q; want the chosen set and its text", got)
	}
	n.Until("the pictures stay in the notebook", 20*time.Second, `() => Jupyter.notebook.get_cell(1).output_area.element[0].querySelectorAll("img").length === 16`)
	Screenshot(t, n.Page, "notebook-preview-done")
}

// source is the address of a view.
func (s *Studio) source() string {
	n := Notebook{Page: s.in, t: s.t}
	return n.eval(`() => document.querySelectorAll(".pw-pictures img")[5].src`)
}
