package pretrain

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/gopatchwork/patchwork/internal/smalldisk"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
)

// A disk that fills up during a training ends it with an error that says where and what to do. The last checkpoint is whole, and the training goes on
// from it, to the same weights as if nothing had been. A network that cannot be written is gone, and the checkpoint stays.
func TestDiskFull(t *testing.T) {
	source, _ := drawings(t, 64, 1)
	o := quick()
	o.Steps, o.Save = 6, 2
	want, err := train(t, task(t, NewSimCLR(), source), o).Features(t.Context(), source)
	if err != nil {
		t.Fatal(err)
	}
	disk := smalldisk.Mount(t, "16m")
	k, full := task(t, NewSimCLR(), source), filepath.Join(disk, "full")
	k.Folder = filepath.Join(disk, "net.state")
	r, err := Train(t.Context(), k, o, func(p Point) {
		if p.Step == 3 {
			smalldisk.Fill(t, full)
		}
	})
	if r != nil || !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the disk was full: %v, %v", r, err)
	}
	for _, part := range []string{filepath.Join(k.Folder, "step-4"), "no space left on device", "make room on the disk and start the same again"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error is %q; want %q in it", err, part)
		}
	}
	if entries, _ := os.ReadDir(k.Folder); len(entries) != 1 || entries[0].Name() != "step-2" {
		t.Errorf("the folder of the state holds %v; want step-2 alone", entries)
	}
	if err := os.Remove(full); err != nil {
		t.Fatal(err)
	}
	again := train(t, k, o)
	got, err := again.Features(t.Context(), source)
	if err != nil {
		t.Fatal(err)
	}
	if again.Resumed != 2 || again.Last.Step != 6 || got[5][3] != want[5][3] || got[63][0] != want[63][0] {
		t.Errorf("went on from step %d to %d, with the features %v; want 2, 6 and %v", again.Resumed, again.Last.Step, got[5][:4], want[5][:4])
	}
	smalldisk.Fill(t, full)
	out := filepath.Join(disk, "net")
	err = again.Save(out, "resnet-tiny", backbone.Options{Width: 0.25, Patch: 4}, "")
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), out) {
		t.Errorf("saving on a full disk: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(disk, ".tmp-*")); len(left) > 0 {
		t.Errorf("saving left %v", left)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("half a network is there")
	}
	if r := train(t, k, o); r.Resumed != 6 {
		t.Errorf("after the network could not be saved, the training went on from step %d", r.Resumed)
	}
}
