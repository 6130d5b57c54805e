package pretrain

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/compute"
)

func TestDevicesRefused(t *testing.T) {
	inner, err := compute.Backend()
	if err != nil {
		t.Fatal(err)
	}
	b := &several{Backend: inner, devices: 4}
	for _, tt := range []struct {
		devices, batch int
		says           string
	}{
		{1, 7, ""}, {2, 8, ""}, {4, 8, ""},
		{5, 10, "Devices is 5, and the backend cpu has 4; want at most so many"},
		{4, 10, "Batch is 10, which does not divide among 4 devices; want a multiple of them, such as 8"},
		{4, 3, "such as 4"},
	} {
		d, err := newDevices(tt.devices, tt.batch, b)
		if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%d devices and a batch of %d: %v, want %q", tt.devices, tt.batch, err, tt.says)
		}
		if one := tt.devices == 1; err == nil && (d == nil) != one {
			t.Errorf("%d devices: %v", tt.devices, d)
		}
	}
}

// A batch that several devices share makes the step that it makes on one: batches, labels, slow copies, queues, centres, several pictures an image,
// labels that a method makes, batches that are added up, features in between.
func TestDevicesShareABatch(t *testing.T) {
	inner, err := compute.Backend()
	if err != nil {
		t.Fatal(err)
	}
	source, kinds := drawings(t, 40, 1)
	labels := make([]int32, len(kinds))
	for i, k := range kinds {
		labels[i] = int32(k)
	}
	for name, settings := range map[string]string{"simclr": "", "supcon": "", "moco": "queue=64", "dino": "prototypes=32 hidden=32 bottleneck=16", "rotation": "", "deepcluster": "clusters=4 pca=4", "detcon": "segments=4"} {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && name != "simclr" && name != "deepcluster" {
				t.Skip("one method with its own labels and one without are checked in short tests")
			}
			m, err := New(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range strings.Fields(settings) {
				key, value, _ := strings.Cut(text, "=")
				if err := Set(m, key, value); err != nil {
					t.Fatal(err)
				}
			}
			k := task(t, m, source)
			k.Labels, k.LookEvery = labels, 1
			var looked [][][]float32
			k.Look = func(ctx context.Context, now *Trained) (map[string]float64, error) {
				f, err := now.Features(ctx, source)
				looked = append(looked, f)
				return nil, err
			}
			o := quick()
			o.Batch, o.Steps, o.Accumulate = 16, 5, 2
			var losses [2][]float64
			for i, devices := range []int{1, 4} {
				b := &several{Backend: inner, devices: 4}
				o.Devices = devices
				r, err := trainOn(t.Context(), b, k, o, func(p Point) { losses[i] = append(losses[i], p.Loss) })
				if err != nil {
					t.Fatal(err)
				}
				r.Close()
				if steps := []int{0, 5}[i]; b.shared < steps || steps == 0 && b.shared > 0 {
					t.Errorf("%d executions ran on %d devices, want those of %d steps", b.shared, devices, steps)
				}
			}
			if !slices.Equal(losses[0], losses[1]) {
				t.Errorf("losses are %v on one device and %v on four", losses[0], losses[1])
			}
			half := len(looked) / 2
			if half != 4 {
				t.Fatalf("features were looked at %d times, want 4 times in each training", len(looked))
			}
			for i := range half {
				for picture := range looked[i] {
					if !slices.Equal(looked[i][picture], looked[half+i][picture]) {
						t.Fatalf("features of picture %d at look %d differ", picture, i+1)
					}
				}
			}
		})
	}
}

// A training that was cut off on two devices goes on on four, and on one.
func TestDevicesGoOn(t *testing.T) {
	inner, err := compute.Backend()
	if err != nil {
		t.Fatal(err)
	}
	source, _ := drawings(t, 32, 1)
	k := task(t, NewBYOL(), source)
	k.Folder = t.TempDir()
	o := quick()
	o.Batch, o.Steps, o.Save = 8, 6, 100
	whole := train(t, task(t, NewBYOL(), source), o)
	want, err := whole.Features(t.Context(), source)
	if err != nil {
		t.Fatal(err)
	}
	for i, devices := range []int{2, 4, 1} {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		o.Devices = devices
		r, err := trainOn(ctx, &several{Backend: inner, devices: 4}, k, o, func(p Point) {
			if p.Step == 2*i+2 && p.Step < o.Steps {
				stop()
			}
		})
		if r == nil || err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		defer r.Close()
		if r.Resumed != 2*i {
			t.Errorf("on %d devices it went on after step %d, want %d", devices, r.Resumed, 2*i)
		}
		if err == nil {
			got, err := r.Features(t.Context(), source)
			if err != nil {
				t.Fatal(err)
			}
			for picture := range got {
				if !slices.Equal(got[picture], want[picture]) {
					t.Fatalf("features of picture %d differ from those of a training in one piece", picture)
				}
			}
		}
	}
}
