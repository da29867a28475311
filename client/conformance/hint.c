/* Which known mistake explains a checksum; see hint.h. */
#include "hint.h"

#include "buf.h"
#include "doctor.h"

static int add_mistakes(struct pm_buf *out, const struct fa_diagnosis *diagnosis)
{
    size_t i;

    for (i = 0; i < diagnosis->mistake_count; i++) {
        const struct fa_diagnosis_mistake *mistake = &diagnosis->mistakes[i];

        (void)pm_buf_addf(out, "%s%s. %s", i == 0 ? "" : " And ", mistake->title, mistake->mend);
    }
    return out->failed ? -1 : 0;
}

int pm_hint_add(struct pm_buf *out, const struct fa_doctor_case *request)
{
    struct fa_diagnosis diagnosis;
    int r;

    if (fa_doctor_examine(request, &diagnosis) < 0)
        return -1;
    r = diagnosis.verdict == FA_DIAGNOSIS_EXPLAINED ? add_mistakes(out, &diagnosis) : 0;
    fa_diagnosis_clear(&diagnosis);
    return r;
}
