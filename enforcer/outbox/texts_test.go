package outbox

import "testing"

// TestTextsAreWhole: nothing is said to people in one language alone, or with no words.
func TestTextsAreWhole(t *testing.T) {
	for lang, list := range texts {
		for english, translated := range list {
			if english == "" || translated == "" || english == translated {
				t.Errorf("%s: %q reads %q", lang, english, translated)
			}
		}
	}
}
