package org.tagma.cli;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/** Which version of Tagma this is, as the build wrote it into the jar, and what it runs on. */
final class TagmaVersion implements IVersionProvider {

    TagmaVersion() {}

    @Override
    public String[] getVersion() {
        String version = Objects.requireNonNullElse(
                TagmaVersion.class.getPackage().getImplementationVersion(), "(not built as a jar)");
        return new String[] {
            "tagma " + version + ", Java " + Runtime.version() + ", " + System.getProperty("os.name") + " "
                    + System.getProperty("os.arch")
        };
    }
}
