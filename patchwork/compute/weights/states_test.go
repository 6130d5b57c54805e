package weights

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

type about struct{ Loss float64 }

func one(value float32) *model.Store {
	s := model.NewStore()
	s.VariableWithValue("/w", tensors.FromFlatDataAndDimensions([]float32{value}, 1))
	return s
}

func TestStates(t *testing.T) {
	s := States{Folder: filepath.Join(t.TempDir(), "a", "b"), Unit: "step"}
	if dir, _, err := Last[about](s); dir != "" || err != nil {
		t.Errorf("before there is a folder: %q, %v", dir, err)
	}
	for n, loss := range map[int]float64{9: 1.5, 10: 0.5} { // 10 is newer than 9, whatever the order of names
		if err := s.Keep(n, about{loss}, map[string]*model.Store{"now": one(float32(n))}); err != nil {
			t.Fatal(err)
		}
		if entries, _ := os.ReadDir(s.Folder); len(entries) != 1 {
			t.Errorf("there are %d states after one was kept", len(entries))
		}
	}
	write := func(name, text string) {
		dir := filepath.Join(s.Folder, name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "state.json"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Keep(10, about{0.5}, map[string]*model.Store{"now": one(10)}); err != nil {
		t.Fatal(err)
	}
	write("step-9", `{"Loss": 1}`)
	write("step-11", `{"Lo`)         // cut short
	write("step-new", `{"Loss": 2}`) // of somebody else
	os.Mkdir(filepath.Join(s.Folder, "step-12"), 0o755)
	dir, a, err := Last[about](s)
	if err != nil || filepath.Base(dir) != "step-10" || a.Loss != 0.5 {
		t.Errorf("the last state is %q, %+v, %v; want step-10, the newest that is whole", dir, a, err)
	}
	kept := model.NewStore()
	if err := Load(kept, filepath.Join(dir, "now")); err != nil {
		t.Fatal(err)
	}
	if v := tensors.MustCopyFlatData[float32](kept.GetVariable("/w").MustValue()); v[0] != 10 {
		t.Errorf("the variable is %g", v[0])
	}
	if err := os.WriteFile(filepath.Join(s.Folder, "file"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	below := States{Folder: filepath.Join(s.Folder, "file", "x"), Unit: "step"}
	if err := below.Keep(1, about{}, nil); err == nil || !strings.Contains(err.Error(), below.Dir(1)) || !strings.Contains(err.Error(), "mend that and start the same again") {
		t.Errorf("below a file: %v", err)
	}
}
