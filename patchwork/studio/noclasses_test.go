package studio

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// classless is a project in which nobody has named a class.
func classless(t *testing.T) *fakeProject {
	t.Helper()
	dir := t.TempDir()
	index, err := imageset.NewIndex([]imageset.Image{{ID: "a.jpg", Hash: "0", Width: 1, Height: 1}})
	if err != nil {
		t.Fatal(err)
	}
	store, err := labels.Open(labels.Options{Dir: dir, Annotator: "ann", Images: index})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return &fakeProject{dir: dir, index: index, store: store}
}

func TestProjectWithoutClassesSaysWhatToDo(t *testing.T) {
	hello, err := New(t.Context(), classless(t), Options{}).Hello(t.Context(), "tab")
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(hello)
	if err != nil || !strings.Contains(string(text), noClasses) || strings.Contains(string(text), "null") {
		t.Errorf("the page gets %s (error %v), want advice and no null", text, err)
	}
}

func TestTrainingWithoutClassesSaysWhereToAddOne(t *testing.T) {
	s := New(t.Context(), classless(t), Options{})
	if v := do(t, s, "t1", "train", nil); v.Train.Running || v.Message != noClasses {
		t.Errorf("training runs: %v, message %q", v.Train.Running, v.Message)
	}
}
