package patchwork

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// What another process finds and writes is taken up by the one that holds the journal, and labels stay.
func TestReloadWhileLabelling(t *testing.T) {
	dir, images := filepath.Join(t.TempDir(), "p"), t.TempDir()
	copyScene(t, images, 3)
	p, _, err := Init(t.Context(), dir, InitOptions{Images: []string{images}, Classes: Classes("water", "road")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.openWriter(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	e := &engine{Project: p}
	reload := func(want bool) {
		t.Helper()
		if changed, err := e.Reload(); changed != want || err != nil {
			t.Fatalf("reloaded %v (error %v), want %v", changed, err, want)
		}
	}
	reload(false) // the first look
	reload(false)
	if err := p.Apply(context.Background(), labels.Event{Kind: labels.KindLabel, Set: []labels.Change{{Class: "water", Value: 1, Images: []string{p.Images().At(1).ID}}}}); err != nil {
		t.Fatal(err)
	}

	copyScene(t, images, 5)
	other, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Rescan(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	reload(true)
	table := e.Labels().Table()
	if p.Images().Len() != 5 || table.Len() != 5 || table.Value(1, 0) != labels.Present {
		t.Errorf("%d images in the list, %d in the table, image 1 is %v; want 5, 5 and present", p.Images().Len(), table.Len(), table.Value(1, 0))
	}
	if err := p.Apply(context.Background(), labels.Event{Kind: labels.KindLabel, Set: []labels.Change{{Class: "road", Value: 0, Images: []string{p.Images().At(4).ID}}}}); err != nil {
		t.Errorf("a new image cannot be labelled: %v", err)
	}

	if err := p.SetRule("majority"); err != nil {
		t.Fatal(err)
	}
	reload(false) // this process wrote it
	settings, err := os.ReadFile(filepath.Join(dir, "project.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "project.yaml"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(string(settings) + "keys: {exclude: [KeyJ]}\n")
	reload(true)
	if got, want := e.Keys(), map[string][]string{"exclude": {"KeyJ"}}; !reflect.DeepEqual(got, want) {
		t.Errorf("keys %v, want %v", got, want)
	}
	write(string(settings) + "kays: {}\n")
	if changed, err := e.Reload(); !changed || err == nil {
		t.Errorf("a damaged file: changed %v, error %v", changed, err)
	}
	if got := e.Keys(); len(got) != 1 || e.Labels().Table().Value(1, 0) != labels.Present {
		t.Errorf("after it the keys are %v; want all as before", got)
	}
}

// copyScene puts the first n of the project's own scenes into a folder.
func copyScene(t *testing.T, to string, n int) {
	t.Helper()
	files, err := filepath.Glob("../testdata/scenes/images/*")
	if err != nil || len(files) < n {
		t.Fatalf("found %d scenes (%v), want %d", len(files), err, n)
	}
	for _, file := range files[:n] {
		data, err := os.ReadFile(file)
		if err == nil {
			err = os.WriteFile(filepath.Join(to, filepath.Base(file)), data, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
