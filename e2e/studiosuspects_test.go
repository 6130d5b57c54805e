package e2e

import (
	"encoding/json"
	"regexp"
	"testing"
	"time"

	"github.com/go-rod/rod/lib/input"
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
	before, had := suspects(), present(t, program, project)
	if len(before.Suspects) < 5 {
		t.Fatalf("%d suspects of 1,800 labels; want some, as features do not tell all", len(before.Suspects))
	}
	served, stop := Serve(t, program, project)
	s := OpenStudio(t, StartBrowser(t), served.Link)
	const limit = 60 * time.Second
	s.Until("there is nothing to confirm yet", limit, `() => document.querySelector("#confirm").hidden && !document.querySelector("#suspects").hidden`)
	s.Click("#suspects")
	s.Until("the suspects come", limit, `() => !document.querySelector("#confirm").hidden && /Change what is wrong .*then confirm the rest/.test(document.querySelector("#message").textContent)`)
	s.Until("with what speaks against the label", limit, `() => /^labelled \w+ (present|absent); a model that has not seen it says 0\.\d\d/.test(document.querySelector(".pw-why").textContent)`)
	Screenshot(t, s.Page, "studio-suspects")
	doubted := (&Notebook{Page: s.in, t: t}).eval(`() => document.querySelector(".pw-why").textContent`)
	words := regexp.MustCompile(`^labelled (\w+) (present|absent)`).FindStringSubmatch(doubted)
	turned := map[string]string{"present": "absent", "absent": "present"}[words[2]]
	s.Click("#grid .pw-tile:nth-child(1) .pw-picture")
	s.Press(input.KeyG)
	s.Until("G turns the doubted label round", limit, `() => /turned round\. Undo takes that back\./.test(document.querySelector("#message").textContent)`)
	s.Saved()
	if got := present(t, program, project)[words[1]]; got != had[words[1]]+map[string]int{"present": 1, "absent": -1}[turned] {
		t.Errorf("%d images show %s, %d did before its label was turned to %s", got, words[1], had[words[1]], turned)
	}
	s.Click("#undo")
	s.Until("undo turns it back", limit, `() => !/turned round/.test(document.querySelector("#message").textContent)`)
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
