package org.tagma.replica.execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tagma.core.service.AgreedSettings;
import org.tagma.core.service.ServiceLimits;

class SettingsNoticeTest {

    private static final AgreedSettings GROUP =
            new AgreedSettings(new ServiceLimits(8, 256), new ServiceLimits(8, 64), List.of(0));

    @Test
    void aFileThatSaysWhatTheGroupBeganWithOrHasNowIsFine() {
        assertThat(SettingsNotice.lines(file(256, 0), GROUP)).isEmpty();
        assertThat(SettingsNotice.lines(file(64, 0), GROUP)).isEmpty();
    }

    @Test
    void aChangeInTheFileIsSaidToCountForNothingWithBothValuesAndTheCommand() {
        assertThat(SettingsNotice.lines(file(128, 0), GROUP))
                .containsExactly(
                        "the cluster file says sessionPipeline: 128, the group has agreed on 64, and that counts;"
                                + " to change it: tagma settings set sessionPipeline 128");
    }

    @Test
    void otherOperatorsInTheFileAreNotThoseOfTheState() {
        assertThat(SettingsNotice.lines(file(256, 1), GROUP))
                .containsExactly(
                        "the cluster file says operators: [1], the group began with [0], and that counts for who"
                                + " may change agreed settings");
    }

    private static AgreedSettings file(int pipeline, int operator) {
        return AgreedSettings.first(new ServiceLimits(8, pipeline), List.of(operator));
    }
}
