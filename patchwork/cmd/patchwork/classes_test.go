package main

import (
	"strings"
	"testing"
)

const classFields = `classes classes[].name classes[].present classes[].absent classes[].unknown`

func TestClassesAtTheCommandLine(t *testing.T) {
	dir := place(t)
	photos(t, dir, 8)
	do(t, "init", "p", "--images", "photos", "--labels-from-folders")
	checkFields(t, "classes", do(t, "classes", "p", "--json"), classFields)
	checkFields(t, "classes rename", do(t, "classes", "rename", "p", "red", "rouge", "--json"), classFields)
	checkFields(t, "classes order", do(t, "classes", "order", "p", "red", "--json"), classFields+" classes[].former")
	checkFields(t, "classes describe", do(t, "classes", "describe", "p", "rouge", "as fire", "--json"), classFields+" classes[].former classes[].description")
	do(t, "classes", "describe", "p", "rouge", "")
	if got := do(t, "classes", "p"); got != "rouge: present in 4, absent in 4, unknown in 0; before: red\ngreen: present in 4, absent in 4, unknown in 0\n" {
		t.Errorf("the list is\n%s", got)
	}
	if got := do(t, "export-labels", "p", "-"); !strings.HasPrefix(got, "filepath,exclude,validation,subset,rouge,green\n") {
		t.Errorf("exported:\n%s", got)
	}
	merge := " merge merge.from merge.into merge.present merge.absent merge.conflicts merge.reopened"
	checkFields(t, "classes merge --dry-run", do(t, "classes", "merge", "p", "green", "rouge", "--dry-run", "--json"), classFields+" classes[].former"+merge)
	if got := do(t, "classes", "p"); strings.Contains(got, "part of") {
		t.Errorf("--dry-run merged:\n%s", got)
	}
	checkFields(t, "classes split", do(t, "classes", "split", "p", "green", "moss", "grass", "--json"), classFields+" classes[].former images")
	checkFields(t, "classes group", do(t, "classes", "group", "p", "rouge", "moss", "--json"), classFields+" classes[].former classes[].group")
	do(t, "classes", "group", "p", "moss")
	if got := do(t, "classes", "merge", "p", "moss", "rouge"); !strings.Contains(got, "moss: part of rouge") || !strings.Contains(got, "(now not labelled)") {
		t.Errorf("merged:\n%s", got)
	}
	if got := do(t, "classes", "retire", "p", "grass"); !strings.Contains(got, "grass: retired") {
		t.Errorf("retired:\n%s", got)
	}
	fails(t, exitFailed, []string{"grass", "classes retire --back"}, "classes", "order", "p", "grass")
	if got := do(t, "classes", "retire", "p", "grass", "--back"); strings.Contains(got, "grass: retired") {
		t.Errorf("back:\n%s", got)
	}
	fails(t, exitFailed, []string{"class exists", "merge"}, "classes", "rename", "p", "grass", "rouge")
	fails(t, exitFailed, []string{"unknown class", "blue"}, "classes", "rename", "p", "blue", "azure")
	fails(t, exitUsage, []string{"PROJECT CLASS NAME"}, "classes", "rename", "p", "grass")
	fails(t, exitUsage, []string{"argument 3 is empty"}, "classes", "rename", "p", "grass", "")
	fails(t, exitUsage, []string{"a project folder"}, "classes")
}

// What a running studio holds is changed through it.
func TestClassesWhileTheStudioRuns(t *testing.T) {
	dir := place(t)
	photos(t, dir, 4)
	do(t, "init", "p", "--images", "photos", "--labels-from-folders")
	_, s := studio(t)
	do(t, "classes", "rename", "p", "red", "rouge")
	if got := do(t, "classes", "p"); !strings.Contains(got, "rouge: present in") || strings.Contains(got, "\nred") {
		t.Errorf("the list is\n%s", got)
	}
	if got := shown(t, s); !strings.Contains(got, "rouge") || strings.Contains(got, ">red<") {
		t.Errorf("the studio does not show the new name:\n%.600s", got)
	}
}
