package e2e

import (
	"encoding/csv"
	"encoding/json"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-rod/rod/lib/input"
)

// TestTwoPagesAgree presses keys at random in two pages at once. In the end both pages show what the journal says.
// PATCHWORK_RANDOM_SECONDS says how long; without it, six seconds.
func TestTwoPagesAgree(t *testing.T) {
	Slow(t)
	program := Program(t)
	project := scenesProject(t, program)
	served, _ := Serve(t, program, project)
	browser := StartBrowser(t)
	pages := []*Studio{OpenStudio(t, browser, served.Link), OpenStudio(t, browser, served.Link)}
	seconds, err := strconv.Atoi(os.Getenv("PATCHWORK_RANDOM_SECONDS"))
	if err != nil {
		seconds = 6
	}
	rng := rand.New(rand.NewPCG(7, 7))
	keys := []input.Key{input.Digit1, input.Digit2, input.Digit3, input.Digit4, input.Digit5, input.Digit6, input.Space, input.ArrowRight, input.ArrowDown,
		input.ArrowLeft, input.KeyU, input.KeyU, input.KeyX, input.KeyV, input.Backspace}
	pressed := 0
	for end := time.Now().Add(time.Duration(seconds) * time.Second); time.Now().Before(end); {
		page := pages[rng.IntN(2)]
		page.Page.MustActivate()
		for range 1 + rng.IntN(12) {
			page.Press(keys[rng.IntN(len(keys))])
			pressed++
		}
		if rng.IntN(30) == 0 {
			page.Press(input.Enter) // the next batch, for both pages
		}
	}
	for _, page := range pages {
		page.Page.MustActivate()
		page.Saved()
	}
	table, err := csv.NewReader(strings.NewReader(Patchwork(t, program, "export-labels", project, "-"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	first := len(table[0]) - 6 // the columns of the classes
	said := 0
	for i, page := range pages {
		n := Notebook{Page: page.in, t: t}
		var tiles []struct {
			Row    int
			Values []string
		}
		text := n.eval(`() => JSON.stringify([...document.querySelectorAll(".pw-tile")].filter(t => t.dataset.row !== undefined && t.offsetParent).map(t =>
			({ Row: Number(t.dataset.row), Values: [...t.querySelectorAll(".pw-chip")].map(c => c.dataset.value) })))`)
		if err := json.Unmarshal([]byte(text), &tiles); err != nil || len(tiles) == 0 {
			t.Fatalf("page %d shows %s (%v)", i+1, text, err)
		}
		for _, tile := range tiles {
			for c, shown := range tile.Values {
				cell := table[tile.Row+1][first+c]
				if want := map[string]string{"": "unknown", "0": "absent", "1": "present"}[cell]; shown != want {
					t.Errorf("page %d shows image %d, class %d as %s and the journal says %q", i+1, tile.Row, c, shown, cell)
				}
			}
		}
	}
	for _, line := range table[1:] {
		for _, cell := range line[first:] {
			if cell != "" {
				said++
			}
		}
	}
	if said < 10 {
		t.Errorf("after %d keys only %d labels are set", pressed, said)
	}
	t.Logf("%d keys, %d labels", pressed, said)
}
