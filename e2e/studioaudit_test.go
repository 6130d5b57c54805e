package e2e

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gopatchwork/patchwork/internal/browsertest"
	"github.com/gopatchwork/patchwork/patchwork"
)

// TestStudioAudit: after a training the studio says by itself whether labelling pays, and a bar opens the mistakes behind it.
func TestStudioAudit(t *testing.T) {
	Slow(t)
	program := Program(t)
	project := scenesProject(t, program)
	labelAsTruth(t, project, "random", 48)
	labelAsTruth(t, project, "auto", 48)
	served, _ := Serve(t, program, project)
	s := OpenStudio(t, StartBrowser(t), served.Link)
	const limit = 90 * time.Second
	s.Until("the panel is open", limit, `() => { const d = document.querySelector("#audit details"); d.open = true; return /Not measured yet/.test(d.textContent) }`)
	s.Click("#train")
	s.Until("the audit says how it stands, by at least 48 images", limit, `() => /accuracy 0\.\d\d \(0\.\d\d to [01]\.\d\d\) by (4[89]|[5-9]\d) audit images/.test(document.querySelector("#audit .advice").textContent)`)
	s.Until("there is a curve, and a row for each class", limit, `() => document.querySelector("#audit .pw-curves").dataset.face !== "nothing" && document.querySelectorAll("#audit tbody tr").length === 6`)
	s.Until("it is in view", limit, `() => { document.querySelector("#audit").scrollIntoView(); return true }`)
	browsertest.Axe(t, s.Page)
	Screenshot(t, s.Page, "studio-audit")
	s.Until("a bar is pressed", limit, `() => { const bar = [...document.querySelectorAll("#audit .bar")].find(b => !b.disabled); bar?.click(); return Boolean(bar) }`)
	s.Until("its images are shown, with what was said of them", limit, `() => /^audit, wrong about \w+: 1 to \d+ of \d+/.test(document.querySelector("#message").textContent)
		&& /^\w+: (present|absent) by 0\.\d\d/.test(document.querySelector(".pw-why").textContent)`)
	s.Click("#audit .row button:nth-child(2)")
	s.Until("so are all of them", limit, `() => /^audit, wrong: 1 to/.test(document.querySelector("#message").textContent)`)
}

// labelAsTruth labels scenes that a strategy chooses with what they show.
func labelAsTruth(t *testing.T, project, strategy string, n int) {
	t.Helper()
	f, err := os.Open("../testdata/scenes/images/truth.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string][]string{}
	for _, row := range rows[1:] {
		classes := []string{}
		for i, value := range row[1:] {
			if value == "1" {
				classes = append(classes, rows[0][i+1])
			}
		}
		shown[filepath.Base(row[0])] = classes
	}
	p, err := patchwork.Open(project)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	picks, err := p.Suggest(t.Context(), patchwork.SuggestOptions{Strategy: strategy, N: n})
	if err == nil {
		err = p.Label(t.Context(), picks, func(s patchwork.Suggestion) []string { return shown[filepath.Base(s.Image)] })
	}
	if err != nil {
		t.Fatal(err)
	}
}
