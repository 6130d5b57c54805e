package studio

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/runlog"
)

// TestSettingsAreThoseOfClassify: whatever classify offers is on the page, reaches a training and is kept for the next.
func TestSettingsAreThoseOfClassify(t *testing.T) {
	p := newProject(t, 4)
	done := make(chan bool)
	p.train = func(context.Context) (classify.Info, error) {
		_, err := runlog.Add(filepath.Join(p.dir, "runs"), runlog.Run{Kind: "train", Started: time.Now(), Seconds: 0.5, Outcome: "completed",
			Settings: map[string]string{"epochs": "7"}, Metrics: map[string]float64{"images": 3, "validation/accuracy": 0.75}})
		close(done)
		return classify.Info{TrainRows: 3}, err
	}
	s := New(t.Context(), p, Options{})
	v := do(t, s, "a", "train", map[string]any{"settings": map[string]string{"epochs": "0.5", "sampling": "luck", "mood": "good"}})
	for _, want := range []string{`epochs is "0.5"`, `sampling is "luck"`, `no setting "mood"`} {
		if !strings.Contains(v.Message, want) {
			t.Errorf("bad settings are answered %q; want %q", v.Message, want)
		}
	}
	if v.Train.Running || len(v.Train.Settings) != len(classify.Settings()) || v.Train.Settings[0].Value != "" {
		t.Fatalf("after bad settings: %+v", v.Train)
	}
	v = do(t, s, "b", "train", map[string]any{"settings": map[string]string{"epochs": "7", "schedule": "constant"}, "go_on": true})
	epochs := slices.IndexFunc(v.Train.Settings, func(s settingView) bool { return s.Name == "epochs" })
	if !v.Train.Running || v.Train.Settings[epochs].Value != "7" {
		t.Fatalf("after good settings: %q, %+v", v.Message, v.Train)
	}
	<-done
	s.Close(5 * time.Second)
	if p.options.Epochs != 7 || p.options.Schedule != classify.Constant || !p.goOn {
		t.Errorf("the training was given %+v, go on %v", p.options, p.goOn)
	}
	v = do(t, s, "c", "sample", map[string]any{})
	if len(v.Train.Runs) != 1 || v.Train.Runs[0].Settings != "epochs 7" || v.Train.Runs[0].Images != 3 || float64(*v.Train.Runs[0].Accuracy) != 0.75 || v.Train.Runs[0].AUC != nil {
		t.Fatalf("the runs are %+v", v.Train.Runs)
	}
	id, note := v.Train.Runs[0].ID, "<script>\"best\"</script>\nyet"
	if v = do(t, s, "d", "note-run", map[string]string{"id": id, "text": note}); v.Train.Runs[0].Note != note {
		t.Errorf("the note is %q", v.Train.Runs[0].Note)
	}
	if v = do(t, s, "e", "note-run", map[string]string{"id": "../" + id, "text": "x"}); v.Message == "" {
		t.Error("a run outside of the folder is taken")
	}
	if again := New(t.Context(), p, Options{}); again.runs[0].Note != note {
		t.Errorf("a new session shows the note %q", again.runs[0].Note)
	}
}
