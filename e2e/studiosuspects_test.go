package e2e

import (
	"encoding/json"
	"testing"
	"time"
)

// TestStudioSuspects: labels that are probably errors come on a press, with what speaks against them; what is confirmed is kept
// and does not come again.
func TestStudioSuspects(t *testing.T) {
	Slow(t)
	program := Program(t)
	project := scenesProject(t, program)
	Patchwork(t, program, "import-labels", project, "../testdata/scenes/images/truth.csv")
	Patchwork(t, program, "classes", "add", project, "other") // so that there are images to label when it opens
	suspects := func() (report struct {
		Suspects []struct{ Image, Class, Reason string }
		Classes  []struct{ Confirmed int }
	}) {
		t.Helper()
		if err := json.Unmarshal([]byte(Patchwork(t, program, "suspects", project, "--json")), &report); err != nil {
			t.Fatal(err)
		}
		return report
	}
	before := suspects()
	if len(before.Suspects) < 5 {
		t.Fatalf("%d suspects of 1,800 labels; want some, as features do not tell all", len(before.Suspects))
	}
	served, stop := Serve(t, program, project)
	s := OpenStudio(t, StartBrowser(t), served.Link)
	const limit = 60 * time.Second
	s.Until("there is nothing to confirm yet", limit, `() => document.querySelector("#confirm").hidden && !document.querySelector("#suspects").hidden`)
	s.Click("#suspects")
	s.Until("the suspects come", limit, `() => !document.querySelector("#confirm").hidden && /Change what is wrong, then confirm the rest/.test(document.querySelector("#message").textContent)`)
	s.Until("with what speaks against the label", limit, `() => /^labelled \w+ (present|absent); a model that has not seen it says 0\.\d\d/.test(document.querySelector(".pw-why").textContent)`)
	Screenshot(t, s.Page, "studio-suspects")
	s.Click("#confirm")
	s.Until("they are confirmed", limit, `() => /\d+ labels? confirmed\. Undo takes that back\./.test(document.querySelector("#message").textContent)`)
	s.Saved()
	stop()
	after, confirmed := suspects(), 0
	for _, c := range after.Classes {
		confirmed += c.Confirmed
	}
	if confirmed == 0 || len(after.Suspects) != len(before.Suspects)-confirmed {
		t.Errorf("%d suspects before, %d after %d were confirmed", len(before.Suspects), len(after.Suspects), confirmed)
	}
}
