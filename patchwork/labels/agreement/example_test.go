package agreement_test

import (
	"context"
	"fmt"
	"os"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/patchwork/labels/agreement"
)

func Example() {
	dir, _ := os.MkdirTemp("", "project")
	defer os.RemoveAll(dir)
	images, _ := imageset.NewIndex([]imageset.Image{{ID: "a.jpg"}, {ID: "b.jpg"}, {ID: "c.jpg"}, {ID: "d.jpg"}})
	o := labels.Options{Dir: dir, Classes: []string{"water"}, Images: images}
	water := func(value labels.Tri, images ...string) labels.Event {
		return labels.Event{Kind: labels.KindLabel, Set: []labels.Change{{Class: "water", Value: int8(value), Images: images}}}
	}
	say := func(name string, events ...labels.Event) {
		o.Annotator = name
		s, err := labels.Open(o)
		if err != nil {
			fmt.Println(err)
			return
		}
		defer s.Close()
		for _, e := range events {
			s.Apply(e)
		}
	}
	say("anna", water(labels.Present, "a.jpg", "b.jpg"), water(labels.Absent, "c.jpg", "d.jpg"))
	say("bob", water(labels.Present, "a.jpg"), water(labels.Absent, "b.jpg", "c.jpg"))
	say("carol", water(labels.Present, "b.jpg"))

	o.Annotator, o.ReadOnly = "reader", true
	s, err := labels.Open(o)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	v, err := agreement.Read(s)
	if err != nil {
		fmt.Println(err)
		return
	}
	merged, _ := v.Merge(agreement.Rule{Kind: agreement.Majority})
	fmt.Println("b.jpg by majority:", merged.Value(1, 0))
	queue, _ := v.Disputes(agreement.DisputeOptions{})
	for _, d := range queue {
		fmt.Println(images.At(d.Row).ID, d)
	}
	r, _ := v.Measure(context.Background(), agreement.Options{})
	fmt.Printf("alpha %.3f of %d images\n", r.Classes[0].Alpha.Value, r.Classes[0].Alpha.Rows)
	for _, p := range r.Classes[0].Pairs {
		fmt.Printf("%s, shared %d: kappa %.2f\n", p.Names, p.Kappa.Rows, p.Kappa.Value)
	}
	// Output:
	// b.jpg by majority: present
	// b.jpg water: anna present, bob absent, carol present
	// alpha 0.500 of 3 images
	// [anna bob], shared 3: kappa 0.40
	// [anna carol], shared 1: kappa NaN
	// [bob carol], shared 1: kappa 0.00
}
