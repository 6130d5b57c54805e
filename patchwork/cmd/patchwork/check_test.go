package main

import (
	"image"
	"image/png"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// TestCheckNamesWhatLooksWrong: a black picture and its copy are found, and other thresholds need no image again.
func TestCheckNamesWhatLooksWrong(t *testing.T) {
	dir := place(t)
	photos(t, dir, 6)
	var night strings.Builder
	if err := png.Encode(&night, image.NewGray(image.Rect(0, 0, 24, 24))); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "photos", "night.png"), night.String())
	write(t, filepath.Join(dir, "photos", "night copy.png"), night.String())
	do(t, "init", "p", "--images", "photos")

	fails(t, exitUsage, []string{"near_duplicate", "99"}, "check", "p", "--near-duplicate", "99")
	text := do(t, "check", "p", "--json")
	checkFields(t, "check", text, "measured usable flags flags[].flag flags[].images")
	r := as[patchwork.CheckReport](t, text)
	if r.Measured != 8 || r.Usable != 8 {
		t.Errorf("measured %d of %d, want 8 of 8", r.Measured, r.Usable)
	}
	flagged := func(r patchwork.CheckReport, f imageset.Flag) []string {
		return r.Flags[slices.IndexFunc(r.Flags, func(x patchwork.FlaggedRows) bool { return x.Flag == f })].Images
	}
	if got := flagged(r, imageset.FlagDark); !slices.Equal(got, []string{"../photos/night copy.png", "../photos/night.png"}) {
		t.Errorf("dark: %q, want both nights", got)
	}
	if got := flagged(r, imageset.FlagDuplicate); !slices.Equal(got, []string{"../photos/night.png"}) {
		t.Errorf("duplicates: %q, want the second night", got)
	}

	write(t, filepath.Join(dir, "photos", "night.png"), "broken after the scan")
	r = as[patchwork.CheckReport](t, do(t, "check", "p", "--dark", "250", "--json"))
	if got := flagged(r, imageset.FlagDark); len(got) != 8 {
		t.Errorf("dark below 250: %q, want all 8, from the scores that were kept", got)
	}
	if out := do(t, "check", "p"); !strings.Contains(out, "8 of 8 images checked") || !strings.Contains(out, "near duplicate") {
		t.Errorf("the table is\n%s", out)
	}

	do(t, "check", "p", "--csv", "checks.csv")
	lines := strings.Split(strings.TrimSpace(read(t, "checks.csv")), "\n")
	if len(lines) != 9 || !strings.HasPrefix(lines[0], "filepath,brightness_p5,") || !strings.HasSuffix(lines[0], ",duplicate,near_duplicate") {
		t.Errorf("the table has %d lines and begins with %q", len(lines), lines[0])
	}
	if !strings.Contains(strings.Join(lines, "\n"), "../photos/night.png,0,0,0,0,") {
		t.Errorf("the table does not know the night:\n%s", strings.Join(lines, "\n"))
	}
	picks := as[[]patchwork.Suggestion](t, do(t, "suggest", "p", "--with", "dark", "--without", "duplicate", "--json"))
	if len(picks) != 1 || picks[0].Image != "../photos/night copy.png" {
		t.Errorf("dark and no duplicate: %+v; want the first night", picks)
	}
	fails(t, exitFailed, []string{"foggy", "near_duplicate"}, "suggest", "p", "--with", "foggy")
	write(t, filepath.Join(dir, "photos", "new.png"), night.String()+"x")
	do(t, "init", "p")
	fails(t, exitFailed, []string{"new.png has not been checked", "patchwork check"}, "suggest", "p", "--without", "dark")
}
