package org.tagma.protocol;

/** A setting of a cluster file is out of range or contradicts another. The message is one line. */
public final class InvalidSettingException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String key;

    /** What is wrong with a setting. */
    public InvalidSettingException(String key, String problem) {
        super(key + " " + problem);
        this.key = key;
    }

    /** The setting, as it is called in the cluster file. */
    public String key() {
        return key;
    }

    /** Refuses a value outside its range, both ends included. */
    public static void checkRange(String key, long value, long minimum, long maximum) {
        if (value < minimum || value > maximum) {
            throw new InvalidSettingException(key, "must be from " + minimum + " to " + maximum + ", not " + value);
        }
    }
}
