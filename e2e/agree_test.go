package e2e

import (
	"encoding/csv"
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
		switch rng.IntN(90) {
		case 0, 1, 2:
			page.Press(input.Enter) // the next batch, for both pages
		case 3:
			page.Click("#pages") // all in pages, or batches again
		case 4, 5:
			page.Press(input.KeyA, input.Digit1+input.Key(rng.IntN(6)), input.Escape)
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
	words := map[string]string{"": "unknown", "0": "absent", "1": "present"}
	want := make([][]string, len(table)-1)
	for row, line := range table[1:] {
		for _, cell := range line[first:] {
			want[row] = append(want[row], words[cell])
		}
	}
	for _, page := range pages {
		page.Page.MustActivate()
		page.Until("the page shows what the journal says", 20*time.Second, `want => { const tiles = [...document.querySelectorAll(".pw-tile")].filter(t => t.offsetParent);
			return tiles.length > 0 && tiles.every(t => t.dataset.row !== undefined && [...t.querySelectorAll(".pw-chip")].every((c, i) => c.dataset.value === want[t.dataset.row][i])) }`, want)
	}
	said := 0
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
