package dev.weir;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The public signatures of the module, one a line, in a file: whoever changes them sees it in the diff. */
class PublicApiTest {

    private static final Path GOLDEN = Path.of("api.txt");
    private static final String UPDATE = "weir.api.update";

    @Test
    void theSignaturesAreThoseOfTheGoldenFile() throws Exception {
        String signatures = String.join("\n", signatures()) + "\n";
        if (Boolean.getBoolean(UPDATE)) {
            Files.writeString(GOLDEN, signatures);
        }
        assertThat(signatures)
                .as("api/api.txt; if the change is wanted: ./mvnw -pl api test -Dtest=PublicApiTest -D" + UPDATE
                        + "=true")
                .isEqualTo(Files.readString(GOLDEN));
    }

    private static List<String> signatures() throws IOException, ReflectiveOperationException {
        Path classes = Path.of(EventSource.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath());
        List<String> names;
        try (Stream<Path> files = Files.walk(classes)) {
            names = files.map(file -> classes.relativize(file).toString())
                    .filter(name -> name.endsWith(".class") && !name.endsWith("-info.class"))
                    .map(name -> name.substring(0, name.length() - 6).replace('/', '.'))
                    .sorted()
                    .toList();
        }
        List<String> lines = new ArrayList<>();
        for (String name : names) {
            Class<?> type = Class.forName(name, false, EventSource.class.getClassLoader());
            if (visible(type)) {
                describe(type, lines);
            }
        }
        return lines;
    }

    private static boolean visible(Class<?> type) {
        Class<?> outer = type.getEnclosingClass();
        return Modifier.isPublic(type.getModifiers())
                && !type.isAnonymousClass()
                && !type.isLocalClass()
                && (outer == null || visible(outer));
    }

    private static void describe(Class<?> type, List<String> lines) {
        lines.add(plain(type.toGenericString() + extended(type)));
        List<String> members = new ArrayList<>();
        for (Field field : type.getDeclaredFields()) {
            if (visible(field)) {
                members.add(field.getName() + ": " + modifiers(field) + field.getAnnotatedType());
            }
        }
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            if (visible(constructor)) {
                members.add("new" + parameters(constructor));
            }
        }
        for (Method method : type.getDeclaredMethods()) {
            if (visible(method)) {
                members.add(method.getName() + parameters(method) + ": " + modifiers(method)
                        + (method.isDefault() ? "default " : "") + variables(method)
                        + method.getAnnotatedReturnType());
            }
        }
        members.stream().map(PublicApiTest::plain).sorted().forEach(member -> lines.add("    " + member));
    }

    private static String modifiers(Member member) {
        String modifiers = Modifier.toString(member.getModifiers() & ~(Modifier.PUBLIC | Modifier.TRANSIENT));
        return modifiers.isEmpty() ? "" : modifiers + " ";
    }

    private static String variables(Method method) {
        return method.getTypeParameters().length == 0
                ? ""
                : Stream.of(method.getTypeParameters())
                        .map(each -> each + " extends " + each.getBounds()[0].getTypeName())
                        .collect(Collectors.joining(", ", "<", "> "));
    }

    private static String parameters(Executable executable) {
        String thrown = Stream.of(executable.getExceptionTypes())
                .map(each -> " throws " + each.getName())
                .collect(Collectors.joining());
        return Stream.of(executable.getAnnotatedParameterTypes())
                        .map(Object::toString)
                        .collect(Collectors.joining(", ", "(", ")"))
                + thrown;
    }

    /** Without the names of packages. */
    private static String plain(String signature) {
        return signature.replaceAll("\\b([a-z][a-z0-9]*\\.)+(?=[A-Z])", "").replace("@Nullable() ", "@Nullable ");
    }

    private static boolean visible(Member member) {
        boolean made = member.isSynthetic() || member instanceof Executable executable && executable.isSynthetic();
        return !made && (Modifier.isPublic(member.getModifiers()) || Modifier.isProtected(member.getModifiers()));
    }

    private static String extended(Class<?> type) {
        List<Type> above = new ArrayList<>(Arrays.asList(type.getGenericInterfaces()));
        Type parent = type.getGenericSuperclass();
        if (parent != null && !List.of(Object.class, Record.class).contains(parent)) {
            above.add(0, parent);
        }
        return above.isEmpty()
                ? ""
                : above.stream().map(Type::getTypeName).collect(Collectors.joining(", ", " extends ", ""));
    }
}
