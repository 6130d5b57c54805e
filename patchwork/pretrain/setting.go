package pretrain

import (
	"fmt"
	"reflect"
	"strconv"
)

// Setting is a field of a method.
type Setting struct {
	Name  string `json:"name"` // as in YAML
	About string `json:"about"`
	Value string `json:"value"` // as it is now; of New's methods the default
}

// Settings lists the settings of a method: its exported fields with the tags yaml and about.
func Settings(m Method) (list []Setting) {
	v := reflect.ValueOf(m).Elem()
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if name := f.Tag.Get("yaml"); name != "" {
			list = append(list, Setting{name, f.Tag.Get("about"), fmt.Sprint(v.Field(i).Interface())})
		}
	}
	return list
}

// Set changes one setting of a method, read from text.
//
// Errors: there is no such setting (the settings are listed); text is no value for it.
func Set(m Method, name, text string) error {
	v := reflect.ValueOf(m).Elem()
	var known []string
	for i := range v.NumField() {
		tag := v.Type().Field(i).Tag.Get("yaml")
		if tag == "" {
			continue
		}
		if known = append(known, tag); tag != name {
			continue
		}
		wrong := func(want string) error {
			return fmt.Errorf("pretrain: %s of %s is %q; want %s", name, m.Card().Name, text, want)
		}
		switch f := v.Field(i); f.Kind() {
		case reflect.Float64:
			n, err := strconv.ParseFloat(text, 64)
			if err != nil || n-n != 0 {
				return wrong("a number")
			}
			f.SetFloat(n)
		case reflect.Int:
			n, err := strconv.Atoi(text)
			if err != nil {
				return wrong("a whole number")
			}
			f.SetInt(int64(n))
		case reflect.Bool:
			b, err := strconv.ParseBool(text)
			if err != nil {
				return wrong("true or false")
			}
			f.SetBool(b)
		default:
			f.SetString(text)
		}
		return nil
	}
	return fmt.Errorf("pretrain: %s has no setting %q; it has %v", m.Card().Name, name, known)
}
